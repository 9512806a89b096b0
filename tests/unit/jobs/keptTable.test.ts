import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Mapping } from '../../../src-main/contract/areas/imports.ts'
import { importRows, readImport, type ImportRequest } from '../../../src-main/jobs/imports.ts'
import { keepTable, type KeptTable } from '../../../src-main/jobs/keptTable.ts'

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  path = join(folder, 'words.csv')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const hooks = { onEvent: () => undefined, signal: new AbortController().signal }
const answerFrom = (column: number): Mapping => ({
  kind: 'columns',
  instruct: { kind: 'column', column: 0 },
  input: { kind: 'nothing' },
  label: { kind: 'column', column },
})

/** Keeps a file, and counts how often one was read. */
function counting(mostBytes: number): KeptTable & { reads: number } {
  const kept = keepTable(mostBytes, 60_000)
  return {
    reads: 0,
    use(file, reading, read) {
      return kept.use(file, reading, () => (this.reads++, read()))
    },
    release: () => kept.release(),
  }
}

it('a file is read once, however often another column becomes the answer', async () => {
  const kept = counting(1_000)
  const request: ImportRequest = { path, reading: { header: false }, mapping: answerFrom(1) }
  await writeFile(path, 'cat,Katze,chat\ndog,Hund,chien\n')

  const german = await readImport(kept, request, hooks)
  const french = await readImport(kept, { ...request, mapping: answerFrom(2) }, hooks)
  const { added } = await importRows(kept, { ...request, mapping: answerFrom(2), stamp: french.stamp }, hooks)

  expect([german, french].map(({ preview }) => preview.rows.map(({ row }) => row.label))).toEqual([
    ['Katze', 'Hund'],
    ['chat', 'chien'],
  ])
  expect(added).toBe(2)
  expect(kept.reads).toBe(1)
  await readImport(kept, request, hooks)
  expect(kept.reads).toBe(2)
})

it('a file that has changed, or is to be read in another way, is read anew', async () => {
  const kept = counting(1_000)
  const request: ImportRequest = { path, reading: { header: false }, mapping: answerFrom(1) }
  await writeFile(path, 'cat,Katze\n')
  await readImport(kept, request, hooks)
  expect((await readImport(kept, { ...request, reading: { header: true } }, hooks)).preview.rowCount).toBe(0)
  await writeFile(path, 'cat,Katze\ndog,Hund\n')
  expect((await readImport(kept, request, hooks)).preview.rowCount).toBe(2)
  expect(kept.reads).toBe(3)
})

it('a file too large to be kept is read each time', async () => {
  const kept = counting(10)
  const request: ImportRequest = { path, reading: { header: false }, mapping: answerFrom(1) }
  await writeFile(path, 'cat,Katze\ndog,Hund\n')
  await readImport(kept, request, hooks)
  await readImport(kept, request, hooks)
  expect(kept.reads).toBe(2)
})
