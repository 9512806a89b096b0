import { TuneDeskError } from '../../contract/error.ts'
import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { stepsOfEpoch } from '../3-batches/stepsOfEpoch.ts'
import { trainedTokens } from '../3-batches/trainedTokens.ts'
import { trainingPlan } from '../3-batches/trainingPlan.ts'
import { trainingSequences } from '../3-batches/trainingSequences.ts'
import { evaluationBatches } from './evaluate.ts'
import type { TrainingWarning } from './runRecorder.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'

/** A row, as the index that it has in its dataset, how many tokens it has, and how many of them teach the model. */
export interface TaughtRow {
  row: number
  length: number
  taught: number
}

const taughtRow = (row: TokenisedRow): TaughtRow => ({ row: row.row, length: row.ids.length, taught: trainedTokens([row]) })

/**
 * Looks at all rows before the first of them is trained on.
 *
 * A row with nothing to learn is harmless beside others. An optimizer step of such rows only has no loss (0 / 0; the Trainer puts the
 * mean of the last steps in its place and moves the weights by momentum alone). The order of rows is known beforehand, so no run begins
 * that would meet one.
 * @throws batches/none, train/step-with-nothing-to-learn, train/evaluation-needs-rows, train/evaluation-has-nothing-to-learn
 */
export function checkRows(
  rows: readonly TokenisedRow[],
  heldOutRows: readonly TokenisedRow[],
  settings: TrainingSettings,
): TrainingWarning[] {
  return checkTaughtRows(rows.map(taughtRow), heldOutRows.map(taughtRow), settings)
}

/** The same, where only the numbers are at hand. @throws as `checkRows` */
export function checkTaughtRows(
  rows: readonly TaughtRow[],
  heldOutRows: readonly TaughtRow[],
  settings: TrainingSettings,
): TrainingWarning[] {
  const sequences = trainingSequences(
    rows.map(({ length }) => length),
    settings,
  )
  const plan = trainingPlan(sequences.length, settings)
  if (settings.eval_strategy !== 'no') {
    const evaluated = evaluationBatches(heldOutRows, settings).flat()
    if (evaluated.length === 0) throw new TuneDeskError('train/evaluation-needs-rows', { strategy: settings.eval_strategy })
    if (evaluated.every(({ taught }) => taught === 0)) throw new TuneDeskError('train/evaluation-has-nothing-to-learn')
  }
  const empty = new Set(rows.flatMap((row, index) => (row.taught === 0 ? [index] : [])))
  if (empty.size === 0) return []
  for (let epoch = 0; epoch < plan.epochCount; epoch++) {
    const remaining = plan.totalSteps - epoch * plan.stepsPerEpoch
    for (const step of stepsOfEpoch(sequences, settings, epoch).slice(0, remaining)) {
      const indices = step.flat()
      if (indices.every((index) => empty.has(index)))
        throw new TuneDeskError('train/step-with-nothing-to-learn', { rows: rowNumbers(rows, indices), epoch: epoch + 1 })
    }
  }
  return [{ kind: 'rows-with-nothing-to-learn', rows: [...empty].map((index) => rows[index]?.row ?? index) }]
}

/** As a person counts them: from 1. */
function rowNumbers(rows: readonly TaughtRow[], indices: readonly number[]): string {
  return indices
    .map((index) => (rows[index]?.row ?? index) + 1)
    .sort((a, b) => a - b)
    .join(', ')
}
