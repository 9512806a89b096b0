export interface Cell {
  line: number
  position: number
}

const PAGE = 10

/** Which cell an arrow key leads to within a table; null where it is none of its keys. */
export function cellOfKey(
  key: string,
  { line, position }: Cell,
  { lines, length }: { lines: number; length: number },
): Cell | null {
  const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value))
  switch (key) {
    case 'ArrowLeft':
      return { line, position: within(position - 1, length) }
    case 'ArrowRight':
      return { line, position: within(position + 1, length) }
    case 'ArrowUp':
      return { line: within(line - 1, lines), position }
    case 'ArrowDown':
      return { line: within(line + 1, lines), position }
    case 'PageUp':
      return { line, position: within(position - PAGE, length) }
    case 'PageDown':
      return { line, position: within(position + PAGE, length) }
    case 'Home':
      return { line, position: 0 }
    case 'End':
      return { line, position: within(length - 1, length) }
    default:
      return null
  }
}
