interface Rectangle {
  left: number
  right: number
  top: number
  bottom: number
}

/** The one of the next line in a direction whose middle is nearest to that of the one it starts from; null where there is no such line. */
export function nearestInLine(all: readonly Rectangle[], from: number, direction: 1 | -1): number | null {
  const start = all[from]
  if (!start) return null
  const middle = (start.left + start.right) / 2
  let line: number | null = null
  let nearest: { index: number; distance: number } | null = null
  for (let index = from + direction; all[index]; index += direction) {
    const each = all[index]
    if (!each) break
    const isBeyond = direction > 0 ? each.top >= start.bottom - 1 : each.bottom <= start.top + 1
    if (!isBeyond) continue
    line ??= each.top
    if (Math.abs(each.top - line) > (each.bottom - each.top) / 2) break
    const distance = Math.abs((each.left + each.right) / 2 - middle)
    if (!nearest || distance < nearest.distance) nearest = { index, distance }
  }
  return nearest?.index ?? null
}
