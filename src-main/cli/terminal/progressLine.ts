import type { Colours } from './terminal.ts'
import { displayWidth } from './width.ts'

const SHORTEST_BAR = 8
const LONGEST_BAR = 32
const SEPARATOR = ' · '

/**
 * A bar and what goes with it, on one line of at most `width` columns: parts are left out from the end until a bar of use has room.
 * @param share 0 … 1
 */
export function progressLine(share: number, parts: readonly string[], width: number, { cyan, dim }: Colours): string {
  const kept = [...parts]
  while (kept.length > 1 && displayWidth(kept.join(SEPARATOR)) + 2 + SHORTEST_BAR > width) kept.pop()
  const text = kept.join(SEPARATOR)
  const length = Math.max(0, Math.min(LONGEST_BAR, width - displayWidth(text) - 2))
  const filled = Math.round(Math.min(1, Math.max(0, share)) * length)
  return `${cyan('━'.repeat(filled))}${dim('─'.repeat(length - filled))}  ${text}`
}
