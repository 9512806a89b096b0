import type { Problem } from '../../contract/areas/runs.ts'
import { TuneDeskError } from '../../contract/error.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import { checkTaughtRows, type TaughtRow } from '../../engine/6-train/checkRows.ts'

/** Rows in few words, since nearly all of them teach something: how many tokens each has, and which teach nothing. */
export interface CountedRows {
  lengths: readonly number[]
  /** Index among these rows, and the row's number in its dataset, from 0. */
  empty: { index: number; row: number }[]
}

export interface BlockerRequest {
  rows: CountedRows
  heldOutRows: CountedRows
  settings: TrainingSettings
}

/** Why a training of these rows would be refused at its start; null where it can begin. */
export function findBlocker({ rows, heldOutRows, settings }: BlockerRequest): Problem | null {
  try {
    checkTaughtRows(taughtRows(rows), taughtRows(heldOutRows), settings)
    return null
  } catch (error) {
    if (error instanceof TuneDeskError) return { code: error.code, parameters: error.parameters }
    throw error
  }
}

/** Only whether a row teaches anything is looked at, and only the numbers of those that do not are told. */
function taughtRows({ lengths, empty }: CountedRows): TaughtRow[] {
  const all = lengths.map((length, row): TaughtRow => ({ row, length, taught: 1 }))
  for (const { index, row } of empty) all[index] = { row, length: lengths[index] ?? 0, taught: 0 }
  return all
}
