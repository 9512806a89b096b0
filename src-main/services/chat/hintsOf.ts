import type { ChatHints } from '../../contract/areas/chat.ts'
import type { Row } from '../../contract/row.ts'

const MOST_INSTRUCTS = 5
const EXAMPLES = 4

/** How rows ask. Examples are spread over all rows, so that a list sorted by kind shows more than one. */
export function hintsOf(rows: readonly Row[]): ChatHints {
  const counts = new Map<string, number>()
  for (const { instruct } of rows) if (instruct !== '') counts.set(instruct, (counts.get(instruct) ?? 0) + 1)
  const instructs = [...counts].map(([text, count]) => ({ text, rows: count })).sort((a, b) => b.rows - a.rows)
  const step = Math.max(1, Math.floor(rows.length / EXAMPLES))
  return {
    instructs: instructs.slice(0, MOST_INSTRUCTS),
    rows: rows.length,
    examples: Array.from({ length: EXAMPLES }, (_, i) => rows[i * step]).flatMap((row) => row ?? []),
  }
}
