import { createColors } from 'picocolors'

export type Colours = Omit<ReturnType<typeof createColors>, 'isColorSupported'>

/** Where the command line writes: a stream and what it can show. */
export interface Terminal {
  readonly stream: OutputStream
  write(text: string): void
  line(text?: string): void
  /** A person is watching and lines can be drawn anew. */
  readonly interactive: boolean
  /** Columns now; follows the window. 80 where it is no terminal. */
  columns(): number
  /** Lines now. 24 where it is no terminal. */
  rows(): number
  readonly colours: Colours
  /** Whether `colours` do anything. Where not, words and brackets must say what colour would. */
  readonly coloured: boolean
}

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24
/** Running text wider than this is hard to read. */
export const READING_WIDTH = 100

export type Environment = Readonly<Record<string, string | undefined>>
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number }
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean }

/** no-color.org and force-color.org, then whether the stream is a terminal. */
function wantsColours(isTerminal: boolean, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false
  if (environment['FORCE_COLOR']) return environment['FORCE_COLOR'] !== '0'
  return isTerminal && environment['TERM'] !== 'dumb'
}

/** Some terminals say 0 where they do not know. */
const sizeOr = (otherwise: number, size = 0): number => (size > 0 ? size : otherwise)

export function openTerminal(stream: OutputStream, environment: Environment): Terminal {
  const isTerminal = stream.isTTY === true
  const coloured = wantsColours(isTerminal, environment)
  return {
    stream,
    write: (text) => void stream.write(text),
    line: (text = '') => void stream.write(`${text}\n`),
    interactive: isTerminal && environment['TERM'] !== 'dumb' && !environment['CI'],
    columns: () => sizeOr(DEFAULT_COLUMNS, stream.columns),
    rows: () => sizeOr(DEFAULT_ROWS, stream.rows),
    colours: createColors(coloured),
    coloured,
  }
}
