/**
 * Rows laid end to end without padding: N tokens in A rows, S supervised positions. A beginning that several rows have is laid once, with the first
 * of them (a causal model computes the same for it everywhere), and a row that is all there already lays nothing.
 * A position is supervised where the token behind it, in the same row, is learned.
 */
export interface Batch {
  /** Indices of the rows in their dataset. */
  rows: number[]
  /** [N] */
  inputIds: Int32Array
  /** Position of each token within its own row. [N] */
  positions: Int32Array
  /** Row a lays tokens rowStarts[a] … rowStarts[a + 1] - 1: its end, or all of it. [A + 1] */
  rowStarts: Int32Array
  /** Tokens of each row from its beginning. [A] */
  rowLengths: Int32Array
  /** The laid tokens that each row is made of from its beginning, row after row; null where those are just the ones that it lays. [Σ rowLengths] */
  rowTokens: Int32Array | null
  /** Which laid tokens are supervised, row after row: the same one again for each row that learns behind it. [S] */
  supervised: Int32Array
  /** The token to predict at each supervised position. [S] */
  targets: Int32Array
}
