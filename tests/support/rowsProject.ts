import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Edit, ProjectRow } from '../../src-main/contract/areas/rows.ts'
import type { Row } from '../../src-main/contract/row.ts'
import { openRowStore, type RowStore, type RowStoreOptions } from '../../src-main/services/rows/rowStore.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** `question/answer` as a row without an instruction, `instruction|question/answer` as one with. */
export function row(text: string): Row {
  const [question = '', label = ''] = text.split('/')
  const [instruct, input] = question.includes('|') ? question.split('|') : ['', question]
  return { instruct: instruct ?? '', input: input ?? '', label }
}

/** The other way round, with `*` in front where a row is held out. */
export const inWords = (rows: readonly ProjectRow[]): string[] =>
  rows.map(
    ({ instruct, input, label, heldOut }) => `${heldOut ? '*' : ''}${instruct === '' ? '' : `${instruct}|`}${input}/${label}`,
  )

/** A project's folder with these rows in rows.jsonl. */
export async function rowsProject(rows: readonly string[] = []): Promise<string> {
  const folder = await temporaryFolder()
  if (rows.length > 0) await writeRows(folder, rows)
  return folder
}

export const writeRows = (folder: string, rows: readonly string[]): Promise<void> =>
  writeFile(join(folder, 'rows.jsonl'), rows.map((text) => `${JSON.stringify(row(text))}\n`).join(''))

export const readRowsFile = async (folder: string): Promise<string[]> => {
  const text = await readFile(join(folder, 'rows.jsonl'), 'utf8')
  const rows = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
  return inWords(rows.map((each, id) => ({ id, ...each, heldOut: false })))
}

/** Closed when the test is over, unless it was before. */
export async function openRows(project: string, options: Partial<RowStoreOptions> = {}): Promise<RowStore> {
  const store = await openRowStore({ project, onChange: () => undefined, ...options })
  onTestFinished(() => store.close())
  return store
}

/** @returns the rows in words */
export async function edited(store: RowStore, edit: Edit): Promise<string[]> {
  await store.edit(edit)
  return inWords(store.list.rows)
}
