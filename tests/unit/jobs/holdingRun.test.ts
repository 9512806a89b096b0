import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { holdingRun } from '../../../src-main/jobs/holdingRun.ts'
import { resumeRun, startRun } from '../../../src-main/jobs/runs.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

it('refuses a second training in a folder while the first goes on, a new one and a resumed one, and lets go of it behind', async () => {
  const output = join(await temporaryFolder(), 'run')
  const request = { data: 'tests/fixtures/poems.json', model: 'tests/golden/data/qwen2', output, settings: { max_steps: 3 } }
  const others: Promise<unknown>[] = []
  const refused = (work: Promise<unknown>): void => void others.push(work.catch((error: unknown) => error))
  let goOn = (): void => undefined
  const waiting = new Promise<void>((resolve) => (goOn = resolve))
  const training = startRun(request, {
    onEvent: async ({ kind }) => {
      if (kind !== 'progress' || others.length > 0) return
      refused(startRun(request))
      refused(resumeRun({ folder: output }))
      await waiting
    },
  })
  await expect.poll(() => others, { timeout: 20_000 }).toHaveLength(2)
  for (const error of await Promise.all(others)) expect(error).toEqual(refusal('runs/in-use', { folder: output }))
  goOn()
  expect((await training).reason).toBe('finished')
  await expect(resumeRun({ folder: output })).rejects.toEqual(refusal('runs/finished'))
}, 30_000)

it('leaves nothing where a training was refused, and lets go of the folder', async () => {
  const parent = await temporaryFolder()
  const request = { data: 'nowhere.json', model: 'tests/golden/data/qwen2', output: join(parent, 'run') }
  await expect(startRun(request)).rejects.toEqual(refusal('files/cannot-read'))
  expect(await readdir(parent)).toEqual([])
  expect(await holdingRun(join(parent, 'run'), async () => 'free')).toBe('free')
})
