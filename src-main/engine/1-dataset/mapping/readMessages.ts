import type { RowFault } from '../../../contract/rowFault.ts'
import { jsonKind } from '../rowProblem.ts'

export interface Message {
  role: 'system' | 'user' | 'assistant'
  text: string
}

const ROLES: ReadonlyMap<string, Message['role']> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['human', 'user'],
  ['prompter', 'user'],
  ['assistant', 'assistant'],
  ['gpt', 'assistant'],
  ['bot', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bing', 'assistant'],
  ['bard', 'assistant'],
  ['model', 'assistant'],
])

/** Whether a value is a list of messages, as far as its first entry tells; a text may be such a list as JSON, as it is in CSV files. */
export function isMessageList(value: unknown): boolean {
  const list = parsedList(value)
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  if (typeof first !== 'object' || first === null) return false
  const has = (name: string): boolean => Object.hasOwn(first, name)
  return (has('from') && has('value')) || (has('role') && (has('content') || has('value')))
}

/**
 * Reads a list of messages, in ShareGPT's form (`from`, `value`) or OpenAI's (`role`, `content`; the content a text or a list of parts).
 * Messages one after another of the same role become one.
 */
export function readMessages(value: unknown): { messages: Message[] } | { fault: RowFault } {
  const list = parsedList(value)
  if (!Array.isArray(list)) return { fault: { kind: 'not-messages', found: jsonKind(value) } }
  const messages: Message[] = []
  for (const entry of list as unknown[]) {
    if (typeof entry !== 'object' || entry === null) return { fault: { kind: 'not-messages', found: jsonKind(entry) } }
    const fields = new Map<string, unknown>(Object.entries(entry))
    const name = nameOf(fields.get('role') ?? fields.get('from'))
    const role = ROLES.get(name.toLowerCase())
    if (!role) return { fault: { kind: 'unknown-role', role: name } }
    // A message that only calls a tool has no content.
    const content = fields.get('content') ?? fields.get('value') ?? null
    if (content === null) return { fault: { kind: 'not-text-part', found: 'null' } }
    const parts = readParts(content)
    if ('fault' in parts) return parts
    const last = messages.at(-1)
    if (last?.role === role) last.text += `\n${parts.text}`
    else messages.push({ role, text: parts.text })
  }
  return { messages }
}

function readParts(content: unknown): { text: string } | { fault: RowFault } {
  if (typeof content === 'string') return { text: content }
  if (!Array.isArray(content)) return { fault: { kind: 'not-text-part', found: jsonKind(content) } }
  let text = ''
  for (const part of content as unknown[]) {
    if (typeof part === 'string') text += part
    else {
      const fields = new Map<string, unknown>(typeof part === 'object' && part !== null ? Object.entries(part) : [])
      const words = fields.get('text')
      const kind = fields.get('type') ?? 'text'
      if (typeof words !== 'string' || kind !== 'text') return { fault: { kind: 'not-text-part', found: nameOf(kind) } }
      text += words
    }
  }
  return { text }
}

const nameOf = (value: unknown): string => (typeof value === 'string' ? value : jsonKind(value))

/** A list, or a text that is one in JSON; anything else as it is. */
function parsedList(value: unknown): unknown {
  if (typeof value !== 'string' || !value.trimStart().startsWith('[')) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
