import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import type { TokenisedDocuments } from '../tokenizer/tokenCache.ts'

/**
 * A row for each document, every token of it learned.
 * @param maxLength tokens that a row keeps; what is behind them becomes rows of its own, unless it is a single token, which has nothing to predict
 */
export function learnedRows({ tokens, starts }: TokenisedDocuments, maxLength: number): TokenisedRow[] {
  const rows: TokenisedRow[] = []
  for (let document = 0; document + 1 < starts.length; document++) {
    const end = starts[document + 1] as number
    for (let start = starts[document] as number; start < end - 1; start += maxLength) {
      const ids = Array.from(tokens.subarray(start, Math.min(start + maxLength, end)))
      const reasons = ids.map((_, i) => (start + i === end - 1 ? ('end-mark' as const) : ('learned' as const)))
      rows.push({ row: rows.length, ids, labels: ids, reasons, cutOff: [], warnings: [] })
    }
  }
  return rows
}
