/** Numbers that share a scale, as llama.cpp's Q8_0 and onnxruntime's MatMulNBits have them. */
export const BLOCK_SIZE = 32
/** The code of 0, as in MatMulNBits unless it is told otherwise. */
export const ZERO = 128
const LARGEST = 127
const LARGEST_FLOAT = 3.4028234663852886e38
/** Added to a float32 it leaves no place behind the point, so that the sum is rounded to a whole number, halves to the even one. */
const SHIFT = 1.5 * 2 ** 23

/** Numbers in 8 bits: a code for each, and a scale for each block of them, the last of which may be shorter. A number is (code - ZERO) · scale. */
export interface QuantisedBlocks {
  codes: Uint8Array<ArrayBuffer>
  scales: Float32Array<ArrayBuffer>
}

export const blocksOf = (elements: number): number => Math.ceil(elements / BLOCK_SIZE)

/**
 * Rounds to 8 bits: each block's largest magnitude becomes 127 (Dettmers et al. 2022, arXiv:2208.07339, section 2.1, block by block). No number
 * is off by more than half its block's scale. In float32 throughout: the kernel `quantise` (scripts/kernels/kernels.wat) gives the same.
 */
export function quantiseBlocks(values: Float32Array): QuantisedBlocks {
  const codes = new Uint8Array(values.length)
  const scales = new Float32Array(blocksOf(values.length))
  for (let block = 0; block < scales.length; block++) {
    const start = block * BLOCK_SIZE
    const end = Math.min(start + BLOCK_SIZE, values.length)
    let largest = 0
    for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(values[i] ?? NaN))
    scales[block] = largest / LARGEST
    const perUnit = Math.min(Math.fround(LARGEST / largest), LARGEST_FLOAT)
    for (let i = start; i < end; i++) codes[i] = Math.fround(Math.fround((values[i] ?? NaN) * perUnit) + SHIFT) - SHIFT + ZERO
  }
  return { codes, scales }
}

/** What the codes stand for, as the kernel `dequantise` gives it. */
export const dequantiseBlocks = ({ codes, scales }: QuantisedBlocks): Float32Array<ArrayBuffer> =>
  Float32Array.from(codes, (code, i) => (code - ZERO) * (scales[Math.floor(i / BLOCK_SIZE)] ?? NaN))
