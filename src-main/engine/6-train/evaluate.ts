import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { packBatch } from '../3-batches/packBatch.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import { trainedTokens } from '../3-batches/trainedTokens.ts'
import { speedMetrics } from './speedMetrics.ts'
import { partsOf, type StepMemory } from './stepMemory.ts'
import type { TrainableModel } from './trainableModel.ts'

/** The held-out rows in their own order, batch by batch. As for training, `dataloader_drop_last` leaves out a last batch that is not full. */
export function evaluationBatches<Row>(rows: readonly Row[], settings: TrainingSettings): Row[][] {
  const size = settings.per_device_eval_batch_size
  const count = settings.dataloader_drop_last ? Math.floor(rows.length / size) : Math.ceil(rows.length / size)
  return Array.from({ length: count }, (_, index) => rows.slice(index * size, (index + 1) * size))
}

/**
 * `eval_loss` and the speed at which it was found, under the Trainer's names.
 *
 * The loss is the mean over rows of the mean token loss of each row's *batch*: so it depends on the batch size, and a batch without a
 * token to learn, whose mean is not a number, is left out. NaN where no batch is left.
 * Source: transformers 5.23, trainer.py, Trainer.evaluation_loop (`losses.repeat(batch_size)`, cut to the rows of the last batch by
 * accelerate's gather_for_metrics; `logging_nan_inf_filter`).
 * @param clock in seconds
 */
export async function evaluate(
  model: TrainableModel,
  rows: readonly TokenisedRow[],
  settings: TrainingSettings,
  stepMemory: StepMemory,
  clock: () => number,
  onBatch: (batch: number, batches: number) => Promise<void>,
): Promise<Record<string, number>> {
  const started = clock()
  const batches = evaluationBatches(rows, settings)
  let lossOfRows = 0
  let rowCount = 0
  for (const [index, batchRows] of batches.entries()) {
    const tokens = trainedTokens(batchRows)
    if (tokens > 0) {
      let loss = 0
      for (const part of partsOf(batchRows, stepMemory)) loss += await model.evaluate(packBatch(part))
      lossOfRows += (loss / tokens) * batchRows.length
      rowCount += batchRows.length
    }
    await onBatch(index + 1, batches.length)
  }
  const steps = Math.ceil(rows.length / settings.per_device_eval_batch_size)
  return { eval_loss: lossOfRows / rowCount, ...speedMetrics('eval', clock() - started, rows.length, steps) }
}
