import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row } from '../../contract/row.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import type { RowMeasure } from './maskLayout.ts'
import type { Tokenizer } from './openTokenizer.ts'
import type { TemplateKind } from './rowText.ts'
import type { TokenId } from './tokenisedRow.ts'

/** What a tokenizer says of a row, whatever the limit and whatever is learned. */
export interface MeasuredRow {
  /** The row's ids before a limit. */
  uncut: TokenId[]
  measure: RowMeasure
}

/** Rows that were tokenised before, by their words: for one tokenizer and one template. */
export interface TokenCache {
  find(row: Row): MeasuredRow | undefined
  keep(row: Row, measured: MeasuredRow): void
  /** Writes what is new, unless that is so little that tokenising it again is quicker. Never throws: what is not kept is only slower. */
  save(): Promise<void>
}

/** Changes with what stands in a file, and with anything that gives a row other ids. */
const FORMAT = 1
const FEWEST_NEW_ROWS = 1000
/** Of all files together; the oldest go first. Of rows of 60 tokens some 700,000. */
const MOST_BYTES = 256 * 1024 * 1024
const DIGEST_BYTES = 32
const EXTENSION = '.tokens'
const KEY_NUMBERS = 4
const HEAD_NUMBERS = 8

/**
 * Opens what is kept of a tokenizer in a folder. Files are written whole, never changed, and read only where their checksum holds, so that several
 * processes may use the folder at once and a damaged file is as good as none.
 */
export async function openTokenCache(folder: string, tokenizer: Tokenizer, template: TemplateKind): Promise<TokenCache> {
  const own = join(folder, keyOf(tokenizer, template))
  /** Where each row's numbers begin. */
  const known = new Map<string, { numbers: Int32Array; at: number }>()
  for (const path of await filesIn(own)) {
    const numbers = await readNumbers(path)
    for (let at = 0; at < numbers.length; at += lengthAt(numbers, at))
      known.set(wordsOf(numbers.subarray(at, at + KEY_NUMBERS)), { numbers, at })
  }
  let unsaved: Int32Array[] = []

  return {
    find(row) {
      const found = known.get(wordsOf(digestOf(row)))
      return found && decode(found.numbers, found.at)
    },
    keep(row, measured) {
      const digest = digestOf(row)
      const key = wordsOf(digest)
      if (known.has(key)) return
      const numbers = encode(digest, measured)
      known.set(key, { numbers, at: 0 })
      unsaved.push(numbers)
    },
    async save() {
      if (unsaved.length < FEWEST_NEW_ROWS) return
      const rows = unsaved
      unsaved = []
      try {
        const body = Buffer.concat(rows.map(bytesOf))
        await writeFileAtomically(join(own, `${randomUUID()}${EXTENSION}`), Buffer.concat([sha256(body), body]))
        await removeOldest(folder)
      } catch {
        // A full disk, or a folder that may not be written to.
      }
    },
  }
}

/** One row as numbers: its digest, the lengths of what follows, the measure, the ids; read by `decode`. */
function encode(digest: Int32Array, { uncut, measure }: MeasuredRow): Int32Array {
  const { before, behind, promptLength, endMark, merge, endMarksInside } = measure
  const characters = Array.from(merge?.characters ?? '', (character) => character.codePointAt(0) ?? 0)
  const head = [
    uncut.length,
    characters.length,
    endMarksInside.length,
    before,
    behind,
    promptLength,
    endMark,
    merge?.position ?? -1,
  ]
  return Int32Array.of(...digest, ...head, ...characters, ...endMarksInside, ...uncut)
}

const lengthAt = (numbers: Int32Array, at: number): number =>
  KEY_NUMBERS + HEAD_NUMBERS + numbers.subarray(at + KEY_NUMBERS, at + KEY_NUMBERS + 3).reduce((sum, length) => sum + length, 0)

function decode(numbers: Int32Array, at: number): MeasuredRow {
  let next = at + KEY_NUMBERS
  const take = (count: number): number[] => Array.from(numbers.subarray(next, (next += count)))
  const [
    idCount = 0,
    characterCount = 0,
    insideCount = 0,
    before = 0,
    behind = 0,
    promptLength = 0,
    endMark = -1,
    position = -1,
  ] = take(HEAD_NUMBERS)
  const characters = String.fromCodePoint(...take(characterCount))
  const endMarksInside = take(insideCount)
  const uncut = take(idCount)
  const merge = position < 0 ? null : { characters, position }
  return { uncut, measure: { length: idCount, before, behind, promptLength, endMark, merge, endMarksInside } }
}

/** Lengths before words, so that no two rows have the same digest because a word has moved from one field to the next. */
function digestOf({ instruct, input, label }: Row): Int32Array {
  const digest = createHash('sha256')
    .update(JSON.stringify([instruct, input, label]))
    .digest()
  return Int32Array.from({ length: KEY_NUMBERS }, (_, i) => digest.readInt32LE(4 * i))
}

const wordsOf = (digest: Int32Array): string => digest.join()
const bytesOf = (numbers: Int32Array): Buffer => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** All that decides a row's ids. */
function keyOf({ files, eosToken, padToken, chatTemplate }: Tokenizer, template: TemplateKind): string {
  const { tokenizerJson, config } = files
  const decides = [FORMAT, template, tokenizerJson, config, eosToken, padToken, template === 'chat' ? chatTemplate : null]
  return sha256(Buffer.from(JSON.stringify(decides)))
    .toString('hex')
    .slice(0, 32)
}

/** Empty where the file is not whole. */
async function readNumbers(path: string): Promise<Int32Array> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const body = bytes.subarray(DIGEST_BYTES)
  if (body.length % 4 !== 0 || !sha256(body).equals(bytes.subarray(0, DIGEST_BYTES))) return new Int32Array()
  return new Int32Array(Uint8Array.from(body).buffer)
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }).catch(() => []))
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => join(folder, name))

async function removeOldest(folder: string): Promise<void> {
  const files = await Promise.all(
    (await filesIn(folder)).map(async (path) => {
      const { size, mtimeMs } = await stat(path)
      return { path, size, mtimeMs }
    }),
  )
  let bytes = 0
  for (const { path, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size
    if (bytes > MOST_BYTES) await rm(path, { force: true })
  }
}
