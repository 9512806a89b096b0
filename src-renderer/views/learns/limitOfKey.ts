const FEW = 1
const MANY = 10

/**
 * The limit that a key moves the handle to; null where it is none of the handle's keys. A limit beyond the end of the axis stands at its end:
 * from there it only moves back.
 */
export function limitOfKey(
  key: string,
  isFast: boolean,
  limit: number,
  { smallest, end }: { smallest: number; end: number },
): number | null {
  const step = isFast ? MANY : FEW
  const up = (by: number): number => (limit >= end ? limit : Math.min(end, limit + by))
  const down = (by: number): number => Math.max(smallest, Math.min(limit, end) - by)
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return up(step)
    case 'ArrowLeft':
    case 'ArrowDown':
      return down(step)
    case 'PageUp':
      return up(MANY)
    case 'PageDown':
      return down(MANY)
    case 'Home':
      return smallest
    case 'End':
      return Math.max(smallest, end)
    default:
      return null
  }
}
