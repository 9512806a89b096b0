/** Spreadsheets take a cell that begins so for a formula and would run it: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^'*[=+\-@\t\r]/
const PROTECTED = /^'+[=+\-@\t\r]/

/** A cell as it can be opened in a spreadsheet. An apostrophe more, even where some are there already: so the one can be taken away again. */
export const putApostrophe = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** The same cell without the apostrophe that protects it. The inverse of `putApostrophe` for every text. */
export const takeApostrophe = (cell: string): string => (PROTECTED.test(cell) ? cell.slice(1) : cell)
