import { cp, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GREEDY } from '../../../src-main/engine/8-infer/generate.ts'
import type { Answerer } from '../../../src-main/jobs/openAnswerer.ts'
import { keepAnswerers } from '../../../src-main/jobs/keptAnswerers.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const NOT_IDLE = 60_000
const modelAt = async (folder: string): Promise<string> => {
  await cp('tests/golden/data/qwen2', folder, { recursive: true })
  return folder
}
const answererOf = (kept: ReturnType<typeof keepAnswerers>, folder: string): Promise<Answerer> =>
  kept.use(folder, ({ answerer }) => Promise.resolve(answerer))

test('the last two models stay open; the one asked longest ago is closed', async () => {
  const root = await temporaryFolder()
  const [a, b, c] = [await modelAt(join(root, 'a')), await modelAt(join(root, 'b')), await modelAt(join(root, 'c'))]
  const kept = keepAnswerers(2, NOT_IDLE)
  const first = await answererOf(kept, a)
  const second = await answererOf(kept, b)
  expect(await answererOf(kept, a)).toBe(first)
  await answererOf(kept, c)
  expect(await answererOf(kept, a)).toBe(first)
  expect(await answererOf(kept, b)).not.toBe(second)
  await kept.release(null)
})

test('a model whose file was written again is opened again', async () => {
  const folder = await modelAt(join(await temporaryFolder(), 'run'))
  const kept = keepAnswerers(2, NOT_IDLE)
  const before = await answererOf(kept, folder)
  await utimes(join(folder, 'model.safetensors'), new Date(), new Date(Date.now() + 5_000))
  expect(await answererOf(kept, folder)).not.toBe(before)
  await kept.release(null)
})

test('a folder that is released while a question is open is closed after it', async () => {
  const root = await temporaryFolder()
  const folder = await modelAt(join(root, 'run'))
  const kept = keepAnswerers(2, NOT_IDLE)
  let still: Answerer | undefined
  const answer = await kept.use(folder, async ({ answerer }) => {
    still = answerer
    await kept.release(root)
    return answerer.answer([1, 2, 3], { ...GREEDY, max_new_tokens: 3 })
  })
  expect(answer.ids.length).toBeGreaterThan(0)
  expect(await answererOf(kept, folder)).not.toBe(still)
  await kept.release(join(root, 'other'))
  await kept.release(null)
})

test('a folder without a model is refused each time, and a model put there later is found', async () => {
  const folder = join(await temporaryFolder(), 'later')
  const kept = keepAnswerers(2, NOT_IDLE)
  await expect(answererOf(kept, folder)).rejects.toThrow()
  await expect(answererOf(kept, folder)).rejects.toThrow()
  await modelAt(folder)
  await expect(answererOf(kept, folder)).resolves.toBeDefined()
  await kept.release(null)
})
