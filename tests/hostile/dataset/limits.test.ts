import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_DATASET_BYTES, MAX_ROWS } from '../../../src-main/engine/1-dataset/limits.ts'
import { readRows } from '../../../src-main/engine/1-dataset/readRows.ts'

describe('a dataset that is too much', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataset-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const refused = (code: string): Error => expect.objectContaining({ code }) as Error

  it('is refused by its size before it is read', async () => {
    const path = join(folder, 'huge.jsonl')
    const file = await open(path, 'w')
    await file.truncate(MAX_DATASET_BYTES + 1) // takes no room on the disk
    await file.close()
    await expect(readRows(path)).rejects.toThrow(refused('files/too-large'))
  })

  it('is refused by its number of rows', async () => {
    const path = join(folder, 'many.jsonl')
    await writeFile(path, '{}\n'.repeat(MAX_ROWS + 1))
    await expect(readRows(path)).rejects.toThrow(refused('dataset/too-many-rows'))
  })

  it('is read in spite of an object with very many fields, and of one that is nested very deeply', async () => {
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field ${index}`, index]))
    const nested = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    const lines = [JSON.stringify({ instruct: 'a', label: 'b', ...fields }), nested, '{"instruct": "a", "label": "b"}']
    const { rows, problems, unusedFields } = await readRows({ name: 'rows', bytes: new TextEncoder().encode(lines.join('\n')) })
    expect(rows).toHaveLength(2)
    expect(unusedFields).toHaveLength(10_001)
    expect(problems.map(({ index }) => index)).toContain(1)
  })
})
