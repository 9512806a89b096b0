/**
 * Rows laid end to end without padding. N tokens in R rows, S supervised positions.
 * A position is supervised where the token behind it, in the same row, is learned.
 */
export interface Batch {
  /** Indices of the rows in their dataset. [R] */
  rows: number[]
  /** [N] */
  inputIds: Int32Array
  /** Position of each token within its own row. [N] */
  positions: Int32Array
  /** Row r is tokens rowStarts[r] … rowStarts[r + 1] - 1. [R + 1] */
  rowStarts: Int32Array
  /** Packed indices of the supervised positions, ascending. [S] */
  supervised: Int32Array
  /** The token to predict at each supervised position. [S] */
  targets: Int32Array
}
