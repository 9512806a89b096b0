export interface Spread {
  quickest: number
  median: number
  slowest: number
}

/** Of values where less is quicker; NaN where there are none. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? NaN
  const middle = (sorted.length - 1) / 2
  return { quickest: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, slowest: at(sorted.length - 1) }
}
