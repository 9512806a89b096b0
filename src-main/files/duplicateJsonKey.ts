/**
 * The first key that stands twice in one object of a JSON text, at any depth, or null. `JSON.parse` keeps the last of two and says nothing, so that
 * two readers could see two different files.
 * @param text valid JSON
 */
export function duplicateJsonKey(text: string): string | null {
  /** The keys of every object around the current place; null for an array. */
  const around: (Set<string> | null)[] = []
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{') around.push(new Set())
    else if (character === '[') around.push(null)
    else if (character === '}' || character === ']') around.pop()
    else if (character === '"') {
      const end = endOfString(text, i)
      const keys = around.at(-1)
      if (keys && isFollowedByColon(text, end)) {
        const key = JSON.parse(text.slice(i, end)) as string
        if (keys.has(key)) return key
        keys.add(key)
      }
      i = end - 1
    }
  }
  return null
}

/** The index after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

function isFollowedByColon(text: string, index: number): boolean {
  let i = index
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++
  return text[i] === ':'
}
