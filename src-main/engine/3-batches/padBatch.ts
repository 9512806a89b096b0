import { IGNORE_INDEX, type TokenId, type TokenisedRow } from '../2-tokens/tokenisedRow.ts'

/** A batch as the Trainer's model gets it, each array [rows, longest row]. */
export interface PaddedBatch {
  input_ids: TokenId[][]
  /** 1 for a token of the row, 0 for padding. */
  attention_mask: (0 | 1)[][]
  labels: TokenId[][]
}

/** Pads rows on the right to the longest of them. */
export function padBatch(rows: readonly TokenisedRow[], padId: TokenId): PaddedBatch {
  const length = rows.reduce((longest, { ids }) => Math.max(longest, ids.length), 0)
  const pad = <Item>(items: readonly Item[], filler: Item): Item[] => [
    ...items,
    ...new Array<Item>(length - items.length).fill(filler),
  ]
  return {
    input_ids: rows.map(({ ids }) => pad(ids, padId)),
    attention_mask: rows.map(({ ids }) => pad<0 | 1>(new Array<0 | 1>(ids.length).fill(1), 0)),
    labels: rows.map(({ labels }) => pad(labels, IGNORE_INDEX)),
  }
}
