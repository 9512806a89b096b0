/** Where `serve` answers beside the files of the page. */
export const SOCKET_PATH = '/contract'
export const UPLOAD_PATH = '/upload'

/** Bytes of a file that the browser hands over. What a kind of file may have is checked when it is read. */
export const MAX_UPLOAD = 4_000_000_000

/** From the window: one call. Its answer bears the same number. */
export interface CallMessage {
  id: number
  name: string
  /** Absent where the call takes none. */
  argument?: unknown
}

/** To the window: the answer to a call (contract/answer.ts), or an event. */
export type ServerMessage = { id: number; answer: unknown } | { event: string; value: unknown }

/** JSON has no NaN and no infinities, which a loss may be: they are written as texts behind this mark, as are texts that begin with it. */
const MARK = '\0'
/** The mark as JSON writes it. */
const WRITTEN_MARK = '\\u0000'

/** A message as text. It crosses as Electron's structured clone lets it cross, for plain data: objects, lists, texts, numbers. */
export const writeMessage = (message: CallMessage | ServerMessage): string =>
  JSON.stringify(message, (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return `${MARK}${value}`
    return typeof value === 'string' && value.startsWith(MARK) ? MARK + value : value
  })

/** A message without a mark, as nearly all are, is read ten times as fast by the browser alone: the ids of a hundred thousand rows come in one. @throws SyntaxError */
export const readMessage = (text: string): unknown => JSON.parse(text, text.includes(WRITTEN_MARK) ? unmarked : undefined)

function unmarked(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(MARK)) return value
  const marked = value.slice(1)
  return marked.startsWith(MARK) ? marked : Number(marked)
}
