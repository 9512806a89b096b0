/** A table for a terminal and for Markdown alike; numbers to the right. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const isNumber = (text: string): boolean => /^[\d.–-]/.test(text)
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (isNumber(cells[i] ?? '') ? (cells[i] ?? '').padStart(width) : (cells[i] ?? '').padEnd(width))).join(' | ')} |`
  return [line(columns), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}
