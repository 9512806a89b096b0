/**
 * Round numbers (1, 2 or 5 times a power of ten apart) that cover a range.
 * @param most how many at most
 * @param smallestStep such as 1 where only whole numbers make sense
 * @returns ascending; the first is at most `from`, the last at least `to`
 */
export function coveringTicks(from: number, to: number, most: number, smallestStep = 0): number[] {
  const step = tickStep(to - from, most - 1, smallestStep)
  const first = Math.floor(from / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i, step))
}

/** The round numbers within a range, both ends included. */
export function ticksWithin(from: number, to: number, most: number, smallestStep = 0): number[] {
  const step = tickStep(to - from, most, smallestStep)
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i, step))
}

function tickStep(range: number, most: number, smallestStep: number): number {
  const atLeast = Math.max(range / most, smallestStep, 1e-12)
  const power = 10 ** Math.floor(Math.log10(atLeast) + 1e-9)
  const factor = [1, 2, 5, 10].find((each) => each * power >= atLeast * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Without the dust of floating point: 3 × 0.1 is 0.3. */
const multiple = (count: number, step: number): number => Number((count * step).toPrecision(12))
