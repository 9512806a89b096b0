import type { Edit, RowId } from '../../src-main/contract/areas/rows.ts'
import type { Row } from '../../src-main/contract/row.ts'
import type { RowStore } from '../../src-main/services/rows/rowStore.ts'

/** What a person does next, drawn by a stream of whole numbers: the same stream and the same rows give the same. */
export type Action =
  Edit | { kind: 'undo' } | { kind: 'redo' } | { kind: 'flush' } | { kind: 'import'; rows: Row[]; mode: 'append' | 'replace' }

const TEXTS = ['', ' ', 'a', 'b', '春眠不觉晓', 'line\nline', '"quoted"\\', '🙂', '\ud83d', 'x'.repeat(300)]

export function drawAction(ids: readonly RowId[], draw: (limit: number) => number): Action {
  const text = (): string => `${TEXTS[draw(TEXTS.length)] ?? ''}${draw(3) === 0 ? String(draw(100)) : ''}`
  const row = (): Row => ({ instruct: text(), input: text(), label: text() })
  const rows = (): Row[] => Array.from({ length: 1 + draw(4) }, row)
  const id = (): RowId => ids[draw(Math.max(1, ids.length))] ?? 0
  const some = (): RowId[] => Array.from({ length: 1 + draw(4) }, id)
  const field = () => (['instruct', 'input', 'label'] as const)[draw(3)] ?? 'label'
  const at = draw(ids.length + 1)
  if (ids.length === 0) return { kind: 'insert', at, rows: rows() }
  const actions: (() => Action)[] = [
    () => ({ kind: 'set', id: id(), field: field(), text: text() }),
    () => ({ kind: 'set', id: ids[0] ?? 0, field: 'label', text: text() }),
    () => ({ kind: 'insert', at, rows: rows() }),
    () => ({
      kind: 'paste',
      id: draw(3) === 0 ? null : id(),
      field: 'input',
      block: rows().map(({ input, label }) => [input, label]),
    }),
    () => ({ kind: 'duplicate', ids: some() }),
    () => ({ kind: 'delete', ids: some() }),
    () => ({ kind: 'move', ids: some(), before: draw(4) === 0 ? null : id() }),
    () => ({ kind: 'exchange', ids: draw(2) === 0 ? null : some(), from: field(), to: field() }),
    () => ({ kind: 'hold', ids: some(), heldOut: draw(2) === 0 }),
    () => ({ kind: 'split', share: draw(5) / 10, seed: draw(1_000) }),
    () => ({ kind: 'fix', finding: draw(2) === 0 ? 'duplicate' : 'empty-answer', ids: null }),
    () => ({ kind: 'undo' }),
    () => ({ kind: 'undo' }),
    () => ({ kind: 'redo' }),
    () => ({ kind: 'flush' }),
    () => ({ kind: 'import', rows: rows(), mode: draw(3) === 0 ? 'replace' : 'append' }),
  ]
  return (actions[draw(actions.length)] ?? (() => ({ kind: 'redo' })))()
}

export async function perform(store: RowStore, action: Action): Promise<void> {
  if (action.kind === 'undo') await store.undo()
  else if (action.kind === 'redo') await store.redo()
  else if (action.kind === 'flush') await store.flush()
  else if (action.kind === 'import') await store.importRows(action.rows, action.mode)
  else await store.edit(action)
}

/** A stream that a seed begins: what two processes can both draw. */
export function seededDraw(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    // A linear congruential generator (Numerical Recipes): its upper bits are good enough to choose by.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
