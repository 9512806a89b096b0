import type { Encoding, Reading } from '../../../contract/areas/imports.ts'
import { TuneDeskError } from '../../../contract/error.ts'
import { FORMAT_PREFIX } from '../../../files/limits.ts'
import { refuseForeignFormat } from '../../../files/refuseForeignFormat.ts'
import { SNIFFED_BYTES } from '../limits.ts'
import { decodeText, hasByteOrderMark, sniffEncoding, toUtf8 } from './encoding.ts'
import { readDelimited } from './readDelimited.ts'
import { readJson } from './readJson.ts'
import { readParquet } from './readParquet.ts'
import { readWorkbook } from './readWorkbook.ts'
import { breathe, type ReadingHooks, type Table } from './table.ts'

const PARQUET = [0x50, 0x41, 0x52, 0x31]
const ZIP = [0x50, 0x4b, 0x03, 0x04]
/** Compound files: Excel's format until 2003, and every Office document with a password. */
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]

/** Of a text's characters at most so many are control characters: a damaged text has a few, a program or a picture a great many. */
const MOST_CONTROL_CHARACTERS = 0.02
/** Those of ASCII, but for the tab and what ends lines and pages. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL_CHARACTERS = /[\0-\x08\x0b\x0e-\x1f]/g

/**
 * Reads a table of whatever kind: its content decides, not its name.
 * @param file the name that errors are to call it by
 * @throws TuneDeskError dataset/…
 */
export async function readTable(file: string, bytes: Uint8Array, reading: Reading, hooks: ReadingHooks): Promise<Table> {
  const begins = (mark: readonly number[]): boolean => mark.every((byte, i) => bytes[i] === byte)
  if (bytes.length === 0) throw new TuneDeskError('dataset/empty', { file })
  refuseForeign(file, bytes)
  if (begins(PARQUET)) return readParquet(file, bytes, hooks)
  if (begins(ZIP)) return readWorkbook(file, bytes, reading, hooks)
  if (begins(COMPOUND)) throw new TuneDeskError('dataset/old-excel', { file })
  const encoding = reading.encoding ?? sniffEncoding(bytes)
  if (reading.encoding === undefined && !hasByteOrderMark(bytes)) requireText(file, bytes, encoding)
  const text = { ...toUtf8(bytes, encoding), encoding }
  await breathe(hooks)
  return readText(file, text, reading, hooks)
}

async function readText(
  file: string,
  text: { utf8: Uint8Array; encoding: Encoding; isDamaged: boolean },
  reading: Reading,
  hooks: ReadingHooks,
): Promise<Table> {
  const beginning = new TextDecoder().decode(text.utf8.subarray(0, FORMAT_PREFIX)).trimStart()
  if (!/^[[{]/.test(beginning)) return readDelimited(file, text, reading, hooks)
  try {
    return await readJson(file, text, hooks)
  } catch (error) {
    // A table's first cell may begin with a bracket. A key, a row or the end behind it makes it broken JSON.
    const isJson = /^[[{]\s*(["{[\]}]|$)/.test(beginning)
    if (error instanceof TuneDeskError && error.code === 'dataset/not-json' && !isJson)
      return readDelimited(file, text, reading, hooks)
    throw error
  }
}

function refuseForeign(file: string, bytes: Uint8Array): void {
  try {
    refuseForeignFormat(bytes.subarray(0, FORMAT_PREFIX), file)
  } catch (error) {
    if (!(error instanceof TuneDeskError)) throw error
    throw new TuneDeskError(
      error.code === 'weights/pickle' ? 'dataset/pickle' : 'dataset/unknown-kind',
      { file },
      { cause: error },
    )
  }
}

/** A byte order mark says that a file is text, whatever its characters. Without one they have to look like it. */
function requireText(file: string, bytes: Uint8Array, encoding: Encoding): void {
  const beginning = decodeText(bytes.subarray(0, SNIFFED_BYTES), encoding)
  const controls = beginning.match(CONTROL_CHARACTERS)?.length ?? 0
  if (controls > Math.max(1, beginning.length * MOST_CONTROL_CHARACTERS))
    throw new TuneDeskError('dataset/unknown-kind', { file })
}
