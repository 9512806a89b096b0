import { displayWidth, padEnd, padStart } from './width.ts'

export interface Column {
  title?: string
  align?: 'left' | 'right'
}

/** Rows of cells as aligned lines, two columns of space between them. Cells may hold colours and Han characters. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: (title: string) => string = (x) => x,
): string[] {
  const titles = columns.map((column) => column.title ?? '')
  const all = titles.some((title) => title !== '') ? [titles.map(style), ...rows] : rows
  const widths = columns.map((_, i) => Math.max(...all.map((row) => displayWidth(row[i] ?? '')), 0))
  return all.map((row) =>
    columns
      .map(({ align }, i) => (align === 'right' ? padStart : padEnd)(row[i] ?? '', widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
