import type { Row } from '../../src-main/contract/row.ts'
import { openRowStore, type RowStore } from '../../src-main/services/rows/rowStore.ts'
import { drawAction, perform, seededDraw, type Action } from '../support/randomEdits.ts'

/** So often is rows.jsonl written that a good part of all kills meets it. */
const EDITS_PER_SETTLING = 4

/** A project in which no two edits count as one: what is typed before a crash and after it would. */
export function openEditing(project: string): Promise<RowStore> {
  let now = 0
  return openRowStore({ project, onChange: () => undefined, clock: () => (now += 60_000), settleAfter: EDITS_PER_SETTLING })
}

/** The same for the same index and rows, whoever asks. Now and then it is a large one, whose writing takes a while. */
export function takeAction(store: RowStore, index: number): Promise<void> {
  const ids = store.list.rows.map(({ id }) => id)
  return perform(store, index % 11 === 10 ? largeImport(index) : drawAction(ids, seededDraw(index)))
}

const largeImport = (index: number): Action => ({
  kind: 'import',
  mode: index % 33 === 10 ? 'replace' : 'append',
  rows: Array.from({ length: 700 }, (_, i): Row => ({ instruct: '写诗：', input: `${index} ${i}`, label: '床前明月光' })),
})

/** All that a person would see, without ids: what was not finished when a process was killed may have taken some. */
export function look(store: RowStore): string {
  const { undo, redo } = store.state()
  const rows = store.list.rows.map(({ instruct, input, label, heldOut }) => [instruct, input, label, heldOut])
  return JSON.stringify({ undo, redo, rows })
}
