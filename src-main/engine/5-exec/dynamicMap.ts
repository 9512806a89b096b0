/** How many elements share one scale. */
export const QUANTISED_BLOCK = 256

/**
 * The 256 numbers from -1 (unsigned: 0) to 1 that an 8-bit code stands for, ascending: each power of ten from 1e-7 has twice as many of them as
 * the one below, evenly spaced (Dettmers, arXiv:1511.04561; bitsandbytes 0.50, functional.py, create_dynamic_map). In float32, as there.
 */
export function dynamicMap(signed: boolean): Float32Array {
  const decades = Array.from({ length: 7 }, (_, decade) => {
    const means = meansOf(signed ? 2 ** decade : 2 ** (decade + 1))
    return means.map((mean) => Math.fround(Math.fround(10 ** (decade - 6)) * mean))
  }).flat()
  return Float32Array.from([...decades, ...(signed ? decades.map((value) => -value) : []), 0, 1]).sort()
}

/** The middles of so many equal parts of 0.1 … 1 (torch.linspace counts from the nearer end). */
function meansOf(parts: number): number[] {
  const [begin, end] = [Math.fround(0.1), 1]
  const step = Math.fround((end - begin) / parts)
  const boundary = (i: number): number => Math.fround(i < (parts + 1) / 2 ? begin + step * i : end - step * (parts - i))
  return Array.from({ length: parts }, (_, i) => Math.fround(boundary(i) + boundary(i + 1)) / 2)
}

/** Upper bits of the smallest magnitude, as float32, that is not the first cell's: 2^-24. Below it everything is nearest to 0. */
const FIRST_CELL = 13184
const LAST_CELL = 16256

/**
 * What the kernel `adamW8bit` finds at the beginning of its memory, in bytes: 0 and 1024 the maps, signed and unsigned; 2048 and 3072 the middles
 * between neighbouring magnitudes, above the last of them Infinity; 4096 and 8192 for each cell, which are the magnitudes with the same upper 16 bits
 * as float32, how many middles lie below it. No cell has two of them inside.
 */
export function quantisationTables(): Uint8Array {
  const tables = new Uint8Array(4096 + 2 * 4096)
  // The smallest magnitude of each cell.
  const beginnings = new Float32Array(
    Uint32Array.from({ length: LAST_CELL - FIRST_CELL + 1 }, (_, cell) => (FIRST_CELL + cell) << 16).buffer,
  )
  for (const [index, signed] of [true, false].entries()) {
    const map = dynamicMap(signed)
    const magnitudes = map.filter((value) => value >= 0)
    const middles = magnitudes.map((value, i) => (value + (magnitudes[i + 1] ?? Infinity)) / 2)
    new Float32Array(tables.buffer, 1024 * index, 256).set(map)
    new Float32Array(tables.buffer, 2048 + 1024 * index, 256).set(middles)
    const cells = tables.subarray(4096 * (1 + index))
    let below = 0
    for (const [cell, beginning] of beginnings.entries()) {
      while ((middles[below] ?? Infinity) < beginning) below++
      cells[cell] = below
    }
  }
  return tables
}
