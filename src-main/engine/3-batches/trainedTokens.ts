import { IGNORE_INDEX, type TokenisedRow } from '../2-tokens/tokenisedRow.ts'

/**
 * How many tokens teach the model: learned labels behind a row's first token, since the first token is never predicted
 * (`labels[..., 1:] != -100`, the Trainer's `num_items_in_batch`). 0 for rows with nothing to learn.
 */
export function trainedTokens(rows: readonly Pick<TokenisedRow, 'labels'>[]): number {
  let count = 0
  for (const { labels } of rows)
    for (let position = 1; position < labels.length; position++) if (labels[position] !== IGNORE_INDEX) count++
  return count
}

/**
 * What the summed losses of an accumulation window are multiplied with, so that the step follows the mean over its trained tokens.
 * 0 for a window with nothing to learn, where PyTorch's mean would be NaN.
 */
export function meanLossScale(trainedTokensOfWindow: number): number {
  return trainedTokensOfWindow === 0 ? 0 : 1 / trainedTokensOfWindow
}
