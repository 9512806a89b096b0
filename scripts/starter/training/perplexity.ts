import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import type { TrainableModel } from '../../../src-main/engine/6-train/trainableModel.ts'

const ROWS_AT_ONCE = 16

/** exp of the mean loss of all tokens, each predicted from those before it in its row. The first token of a row is not predicted. */
export async function perplexity(model: TrainableModel, rows: readonly TokenisedRow[]): Promise<number> {
  let loss = 0
  let tokens = 0
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const batch = packBatch(rows.slice(start, start + ROWS_AT_ONCE))
    loss += await model.evaluate(batch)
    tokens += batch.targets.length
  }
  return Math.exp(loss / tokens)
}
