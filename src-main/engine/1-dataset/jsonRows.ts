import { TuneDeskError } from '../../contract/error.ts'
import type { RowFault } from '../../contract/rowFault.ts'
import { duplicateJsonKey } from '../../files/duplicateJsonKey.ts'
import { MAX_ROW_CHARACTERS } from './limits.ts'
import { jsonKind } from './rowProblem.ts'
import { splitJsonArray, type RowText } from './splitJsonArray.ts'

/**
 * The texts of a file's rows. JSON or JSON lines is told by what parses, not by the file's name.
 * @throws TuneDeskError dataset/not-json, dataset/not-an-array
 */
export function splitJsonRows(name: string, text: string): { kind: 'json' | 'jsonl'; texts: RowText[] } {
  const whole = parse(text)
  if ('value' in whole && Array.isArray(whole.value)) return { kind: 'json', texts: splitJsonArray(text) }
  const lines = text
    .split('\n')
    .map((line, index) => ({ text: line, line: index + 1 }))
    .filter(({ text: line }) => line.trim() !== '')
  const objects = (some: RowText[]): boolean => some.some((each) => isObject(parse(each.text)))
  if ('value' in whole && lines.length > 1)
    throw new TuneDeskError('dataset/not-an-array', { file: name, found: jsonKind(whole.value) })
  // A broken array's last element stands on a line of its own: what begins like an array is lines only if its first line is whole.
  const isBrokenArray = text.trimStart().startsWith('[') && 'detail' in parse(lines[0]?.text ?? '')
  if (isBrokenArray || !objects(lines)) {
    if ('value' in whole) throw new TuneDeskError('dataset/not-an-array', { file: name, found: jsonKind(whole.value) })
    throw new TuneDeskError('dataset/not-json', { file: name, detail: whole.detail })
  }
  return { kind: 'jsonl', texts: lines }
}

/** The value of one row's text, or why it has none. */
export function parseJsonRow(text: string): { value: unknown } | { fault: RowFault } {
  if (text.length > MAX_ROW_CHARACTERS)
    return { fault: { kind: 'row-too-long', characters: text.length, limit: MAX_ROW_CHARACTERS } }
  const parsed = parse(text)
  if (!('value' in parsed)) return { fault: { kind: 'broken-json', detail: parsed.detail } }
  const key = duplicateJsonKey(text)
  return key === null ? parsed : { fault: { kind: 'duplicate-key', key } }
}

/** A text's value, or what is wrong with it; a text nested too deeply for the parser counts as broken. */
function parse(text: string): { value: unknown } | { detail: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) }
  }
}

const isObject = (parsed: ReturnType<typeof parse>): boolean => 'value' in parsed && jsonKind(parsed.value) === 'object'
