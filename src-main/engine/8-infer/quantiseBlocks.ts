/** Numbers of a row that share a scale, as llama.cpp's Q8_0 and onnxruntime's MatMulNBits have them. */
export const BLOCK_SIZE = 32
/** What stands for 0 in MatMulNBits's bytes unless it is told otherwise. */
export const ZERO = 128
const LARGEST = 127

/** A matrix in 8 bits: block by block, a byte times the block's scale. */
export interface QuantisedMatrix {
  /** [rows, blocks, BLOCK_SIZE]; the number is byte - 128. A row's last block is filled up with zeros. */
  bytes: Uint8Array<ArrayBuffer>
  /** [rows, blocks] */
  scales: Float32Array<ArrayBuffer>
}

export const blocksOf = (columns: number): number => Math.ceil(columns / BLOCK_SIZE)

/**
 * Rounds a matrix to 8 bits: each block's largest magnitude becomes 127 (Dettmers et al. 2022, arXiv:2208.07339, section 2.1, block by block).
 * No number is off by more than half its block's scale.
 * @param matrix [rows, columns]
 */
export function quantiseBlocks(matrix: Float32Array, rows: number, columns: number): QuantisedMatrix {
  const blocks = blocksOf(columns)
  const bytes = new Uint8Array(rows * blocks * BLOCK_SIZE).fill(ZERO)
  const scales = new Float32Array(rows * blocks)
  for (let row = 0; row < rows; row++)
    for (let block = 0; block < blocks; block++) {
      const first = row * columns + block * BLOCK_SIZE
      const size = Math.min(BLOCK_SIZE, columns - block * BLOCK_SIZE)
      let largest = 0
      for (let i = first; i < first + size; i++) {
        const magnitude = Math.abs(matrix[i] ?? NaN)
        if (magnitude > largest) largest = magnitude
      }
      const at = row * blocks + block
      scales[at] = largest / LARGEST
      if (largest === 0) continue
      const perUnit = LARGEST / largest
      // A byte array cuts off what is behind the point: half more, and it rounds.
      for (let i = 0; i < size; i++) bytes[at * BLOCK_SIZE + i] = (matrix[first + i] ?? NaN) * perUnit + (ZERO + 0.5)
    }
  return { bytes, scales }
}
