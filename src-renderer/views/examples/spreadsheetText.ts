/** The text forms in which spreadsheets put a block of cells on the clipboard, and take one from it. */

const NEEDS_QUOTES = /[\t\n\r]|^"/

/** Tabs between cells, line breaks between rows; a cell with one of them in quotes, as Excel, Numbers, LibreOffice and Google Sheets write it. */
export const printCells = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map((cell) => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t')).join('\n')

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** The same as a table of HTML. The style keeps Excel from making a row of every line of a cell. */
export function printHtmlTable(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string =>
    `<td>${text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign).replace(/\r\n?|\n/g, '<br>')}</td>`
  const lines = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`)
  return `<style>br{mso-data-placement:same-cell}</style><table>${lines.join('')}</table>`
}

/**
 * A block of cells from the clipboard's text. A cell in quotes may hold tabs and line breaks. Excel puts no quotes around a cell that has only
 * quotes of its own, so quotes around nothing that would need them are part of the text. One line break at the end belongs to no cell.
 */
export function parseCells(text: string): string[][] {
  const rows: string[][] = [[]]
  let at = 0
  for (;;) {
    const { cell, end } = text[at] === '"' ? (quotedCell(text, at) ?? plainCell(text, at)) : plainCell(text, at)
    rows.at(-1)?.push(cell)
    if (end >= text.length) return rows
    at = end + (text.startsWith('\r\n', end) ? 2 : 1)
    if (text[end] === '\t') continue
    if (at >= text.length) return rows
    rows.push([])
  }
}

function plainCell(text: string, start: number): { cell: string; end: number } {
  let end = start
  while (end < text.length && !isBreak(text, end)) end++
  return { cell: text.slice(start, end), end }
}

/** @returns null where what begins with a quote is no cell in quotes */
function quotedCell(text: string, start: number): { cell: string; end: number } | null {
  let close = text.indexOf('"', start + 1)
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2)
  const end = close + 1
  if (close < 0 || (end < text.length && !isBreak(text, end))) return null
  const inside = text.slice(start + 1, close)
  return /[\t\n\r"]/.test(inside) ? { cell: inside.replaceAll('""', '"'), end } : null
}

const isBreak = (text: string, at: number): boolean => text[at] === '\t' || text[at] === '\n' || text[at] === '\r'

/** Whether what is on the clipboard is a block of cells rather than one text: a plain text with line breaks stays whole. */
export const isBlock = (text: string, html: string): boolean => text.includes('\t') || /<table[\s>]/i.test(html)
