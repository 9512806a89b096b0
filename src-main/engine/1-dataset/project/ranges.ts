/** A run of whole numbers: the first, and how many follow each other. */
export type Range = [start: number, count: number]

/** Numbers as runs, in the order given: rows that are next to each other take a few characters, however many they are. */
export function toRanges(numbers: Iterable<number>): Range[] {
  const ranges: Range[] = []
  let last: Range | undefined
  for (const number of numbers) {
    if (last && number === last[0] + last[1]) last[1]++
    else ranges.push((last = [number, 1]))
  }
  return ranges
}

export function fromRanges(ranges: readonly Range[]): number[] {
  const numbers: number[] = []
  for (const [start, count] of ranges) for (let i = 0; i < count; i++) numbers.push(start + i)
  return numbers
}

export const countOf = (ranges: readonly Range[]): number => ranges.reduce((sum, [, count]) => sum + count, 0)
