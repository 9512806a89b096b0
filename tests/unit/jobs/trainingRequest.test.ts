import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { prepareRequest } from '../../../src-main/jobs/trainingRequest.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A project of ten rows, the last of them bad, rows 2 and 4 held out. */
async function project(): Promise<string> {
  const folder = await temporaryFolder()
  const rows = Array.from({ length: 10 }, (_, i) =>
    JSON.stringify({ instruct: `ask ${i}`, input: '', label: i === 9 ? '' : `answer ${i}` }),
  )
  await writeFile(join(folder, 'rows.jsonl'), rows.join('\n'))
  await writeFile(join(folder, 'splits.json'), '{"heldOut": [2, 4]}')
  return folder
}
const prepare = async (more: object) => prepareRequest({ data: await project(), model: 'm', output: 'o', ...more })
const indices = (rows: { index: number }[]): number[] => rows.map(({ index }) => index)

describe('which rows a run learns from', () => {
  it('leaves out what the project holds out, keeps the file’s numbers, and evaluates on it each epoch', async () => {
    const { rows, heldOutRows, settings, findings } = await prepare({})
    expect([indices(rows), indices(heldOutRows)]).toEqual([
      [0, 1, 3, 5, 6, 7, 8],
      [2, 4],
    ])
    expect(settings.eval_strategy).toBe('epoch')
    expect(findings.problems.map(({ index, kind }) => [index, kind])).toEqual([[9, 'empty-field']])
  })
  it('takes a share by the seed instead, where one is asked for', async () => {
    const [first, again, other] = [
      await prepare({ heldOut: 0.3 }),
      await prepare({ heldOut: 0.3 }),
      await prepare({ heldOut: 0.3, settings: { seed: 7 } }),
    ]
    expect(first.heldOutRows).toHaveLength(3)
    expect(indices([...first.rows, ...first.heldOutRows]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(indices(again.heldOutRows)).toEqual(indices(first.heldOutRows))
    expect(indices(other.heldOutRows)).not.toEqual(indices(first.heldOutRows))
  })
  it('leaves evaluation as it is asked for', async () => {
    expect((await prepare({ settings: { eval_strategy: 'no' } })).settings.eval_strategy).toBe('no')
  })
})

it('puts settings over the preset, and the preset over the defaults', async () => {
  const { settings } = await prepare({ preset: 'tutorial', settings: { num_train_epochs: 4 } })
  expect(settings).toMatchObject({ num_train_epochs: 4, per_device_train_batch_size: 2, learning_rate: 5e-5 })
})

it.each([
  [{ preset: 'fastest' }, 'usage/wrong-value'],
  [{ heldOut: 1 }, 'usage/wrong-value'],
  [{ settings: { epochs: 3 } }, 'usage/unknown-setting'],
  [{ heldOut: 0.99 }, 'dataset/all-held-out'],
])('refuses %j with %s', async (more, code) => {
  await expect(prepare(more)).rejects.toMatchObject({ code })
})
