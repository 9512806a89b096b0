import type { RowWarning } from '../../contract/rowWarning.ts'
import type { TokenReason } from '../../contract/tokenReason.ts'

export type { RowWarning } from '../../contract/rowWarning.ts'
export type { TokenReason } from '../../contract/tokenReason.ts'

/** Index into a tokenizer's vocabulary. */
export type TokenId = number

/** The label of a position that is not learned: PyTorch's `ignore_index` (torch.nn.CrossEntropyLoss). */
export const IGNORE_INDEX = -100

/** What the mask view shows and what the trainer eats: one array, computed once. */
export interface TokenisedRow {
  /** Index of the row in its dataset, from 0. */
  row: number
  /** Token ids, truncated to `max_length`. */
  ids: TokenId[]
  /** As long as `ids`: the id itself where it is learned, else `IGNORE_INDEX`. Not shifted. */
  labels: TokenId[]
  /** As long as `ids`. */
  reasons: TokenReason[]
  /** Ids behind `max_length`; empty where nothing is cut. */
  cutOff: TokenId[]
  warnings: RowWarning[]
}
