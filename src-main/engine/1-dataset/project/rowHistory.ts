import type { HistoryStep } from '../../../contract/areas/rows.ts'
import type { RowChange } from './rowChange.ts'

/** One step back or forward: what a person did at once. */
export interface Step extends HistoryStep {
  readonly changes: readonly RowChange[]
  /** Of all its texts. */
  readonly characters: number
}

export const newStep = (kind: Step['kind'], rows: number, changes: readonly RowChange[]): Step => ({
  kind,
  rows,
  changes,
  characters: changes.reduce((sum, change) => sum + charactersOf(change), 0),
})

/** Steps further back than this nobody takes one by one. */
const MAX_STEPS = 500
/** Of all steps together, in characters of their texts; the newest step is kept however long it is. */
const MAX_CHARACTERS = 50_000_000

/** What can be taken back, and what can be done again. Plain data: the newest step is the last of each. */
export interface RowHistory {
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

export const EMPTY_HISTORY: RowHistory = { past: [], future: [] }

/**
 * @param merges whether the step goes on with the last one, as typing does: both are then taken back at once. Both change one cell.
 */
export function withStep({ past }: RowHistory, step: Step, merges: boolean): RowHistory {
  const last = past.at(-1)
  if (merges && last) return { past: [...past.slice(0, -1), mergedStep(last, step)], future: [] }
  return { past: withinLimits([...past, step]), future: [] }
}

export function withUndone({ past, future }: RowHistory): { history: RowHistory; step: Step } | null {
  const step = past.at(-1)
  return step ? { history: { past: past.slice(0, -1), future: [...future, step] }, step } : null
}

export function withRedone({ past, future }: RowHistory): { history: RowHistory; step: Step } | null {
  const step = future.at(-1)
  return step ? { history: { past: [...past, step], future: future.slice(0, -1) }, step } : null
}

function mergedStep(first: Step, second: Step): Step {
  const [from] = first.changes
  const [to] = second.changes
  const [before] = from?.kind === 'texts' ? from.cells : []
  const [after] = to?.kind === 'texts' ? to.cells : []
  if (!before || !after) return newStep(second.kind, second.rows, [...first.changes, ...second.changes])
  return newStep(second.kind, second.rows, [{ kind: 'texts', cells: [[before[0], before[1], before[2], after[3]]] }])
}

function withinLimits(steps: Step[]): Step[] {
  let characters = 0
  let kept = 0
  for (const step of steps.toReversed()) {
    characters += step.characters
    if (kept > 0 && (kept === MAX_STEPS || characters > MAX_CHARACTERS)) break
    kept++
  }
  return steps.slice(steps.length - kept)
}

function charactersOf(change: RowChange): number {
  if (change.kind === 'texts') return change.cells.reduce((sum, [, , before, after]) => sum + before.length + after.length, 0)
  if (change.kind !== 'insert' && change.kind !== 'delete') return 0
  return change.rows.reduce((sum, { instruct, input, label }) => sum + instruct.length + input.length + label.length, 0)
}
