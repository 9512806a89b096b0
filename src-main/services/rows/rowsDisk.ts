import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ZodError } from 'zod'
import type { RowsNotice } from '../../contract/areas/rows.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { ROWS_FILE, ROWS_JOURNAL, SPLITS_FILE } from '../../engine/1-dataset/project/projectFiles.ts'
import { readRowsBytes, readSplits } from '../../engine/1-dataset/project/readProject.ts'
import { restoreRows, type RestoredRows } from '../../engine/1-dataset/project/restoreRows.ts'
import { MisfitError } from '../../engine/1-dataset/project/rowChange.ts'
import type { RowHistory } from '../../engine/1-dataset/project/rowHistory.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import { parseRowsFile, printRowsFile, sha256, type RowsFile } from '../../engine/1-dataset/project/rowsFile.ts'
import { printRecord, type JournalRecord } from '../../engine/1-dataset/project/rowsJournal.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import { cannotWrite, nodeFileSystem, type FileSystem } from '../../files/fileSystem.ts'
import { openJournal, readJournal, writeJournal, type Journal, type JournalEntry } from '../../files/journal.ts'

/** All there is to know about a project's rows. */
export interface RowsContent {
  list: RowList
  history: RowHistory
  nextId: number
}

/** rows.jsonl and splits.json as another program left them. */
export interface OutsideRows {
  file: RowsFile
  heldOut: number[]
}

/**
 * A project's rows on the disk: rows.jsonl and splits.json, which everybody can read, and rows.journal, to which each edit is added. Whoever calls
 * takes care that one call ends before the next begins.
 */
export interface RowsDisk {
  readonly notices: readonly RowsNotice[]
  /** Whether something is in the journal that is not in rows.jsonl and splits.json yet. */
  readonly isAhead: boolean
  /**
   * Adds what is about to happen to the journal. It survives the end of this process at once, and of the machine after `sync`.
   * @param before the rows before it
   * @throws TuneDeskError files/disk-full, files/cannot-write: then it has not happened
   */
  append(record: JournalRecord, before: RowsContent): Promise<void>
  /** @throws TuneDeskError files/disk-full, files/cannot-write: then the next `append` begins by writing everything anew */
  sync(): Promise<void>
  /**
   * Brings rows.jsonl and splits.json up to date, and shortens the journal when it has become long.
   * @throws TuneDeskError files/disk-full, files/cannot-write: then both and the journal together still say the same
   */
  settle(content: RowsContent): Promise<void>
  /**
   * What another program has made of the files since they were read or written here, where nothing would be lost by taking it; null where nothing has
   * changed. Where edits are not in rows.jsonl yet, the other's file is put aside, with a notice, and these go on.
   */
  findOutsideChange(): Promise<OutsideRows | null>
  /** Says that the files are these rows: they were taken from there. */
  adopt(content: RowsContent): Promise<void>
  close(): Promise<void>
}

/** A longer journal is shortened to the steps that can be taken back: it is read as a whole when the project is opened. */
const LONG_JOURNAL = 8_000_000

/**
 * Opens a project's rows. Nothing is written yet, but for a journal's torn tail, which is cut off, and what is put aside.
 * @throws TuneDeskError dataset/not-json, dataset/too-many-rows, files/…
 */
export async function openRowsDisk(
  folder: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<{ disk: RowsDisk; content: RowsContent }> {
  const journalPath = join(folder, ROWS_JOURNAL)
  const rowsPath = join(folder, ROWS_FILE)
  const splitsPath = join(folder, SPLITS_FILE)
  const notices: RowsNotice[] = []
  const notify = (code: RowsNotice['code'], parameters: RowsNotice['parameters']): void => void notices.push({ code, parameters })

  let journal = await openWritableJournal(journalPath, fileSystem)
  const entries = journal?.entries ?? ((await isThere(journalPath)) ? await readJournal(journalPath) : [])
  if (journal?.warning) notify(journal.warning.code, journal.warning.parameters)

  let stamps = await readStamps()
  const file = await parseRowsFile(rowsPath, await readRowsBytes(folder))
  const marks = await readSplits(folder)
  const restored = await restore()

  /** What the two files have; null where they must be written whatever they have. */
  let rowsHash: string | null = file.sha256
  let splitsText: string | null = printSplits(marks ?? [])
  /** What was written into them last, even where that failed: the new file may be in its place without being there to stay. */
  let triedHash = file.sha256
  let triedSplits = ''
  /** The files that another program wrote and that are being taken. */
  let adopted = { hash: file.sha256, stamps }
  let isAhead = restored.isAhead
  /** Whether the journal cannot be gone on with. */
  let mustRenew = !restored.belongs
  const original = file.badLines.length > 0 || file.hasMore ? join(folder, `rows.original-${shortened(file.sha256)}.jsonl`) : null
  if (original !== null) {
    const count = file.badLines.length
    if (count > 0) notify('rows/lines-left-out', { file: rowsPath, count, line: file.badLines[0] ?? 1, aside: original })
    else notify('rows/fields-left-out', { file: rowsPath, aside: original })
    // Where that cannot be written, neither can rows.jsonl, which is when it is needed.
    await keepOriginal().catch(() => undefined)
  }

  async function restore(): Promise<RestoredRows> {
    try {
      const result = await restoreRows(entries, file, marks)
      if (result.orphanedSteps > 0)
        notify('rows/edits-put-aside', { file: rowsPath, steps: result.orphanedSteps, aside: await putJournalAside() })
      else if (!result.belongs) notify('rows/changed-outside', { file: rowsPath })
      return result
    } catch (error) {
      if (!(error instanceof MisfitError || error instanceof ZodError || error instanceof RangeError)) throw error
      notify('rows/journal-not-understood', { file: journalPath, aside: await putJournalAside() })
      return await restoreRows([], file, marks)
    }
  }
  async function putJournalAside(): Promise<string> {
    await journal?.close()
    journal = null
    const aside = `${journalPath}.before-${shortened(file.sha256)}`
    await fileSystem.rename(journalPath, aside).catch((error: unknown) => {
      throw cannotWrite(journalPath, error)
    })
    return aside
  }
  /** What a row of ours cannot hold would be gone once rows.jsonl is written. */
  async function keepOriginal(): Promise<void> {
    if (original === null || (await isThere(original))) return
    await writeFileAtomically(original, await readRowsBytes(folder), fileSystem)
  }
  async function readStamps(): Promise<{ rows: string | null; splits: string | null }> {
    return { rows: await stampOf(rowsPath), splits: await stampOf(splitsPath) }
  }

  const write = async (record: JournalRecord): Promise<void> => {
    for (const entry of printRecord(record)) await journal?.append(entry)
  }
  /** A journal that begins with the rows as they are in the files, and goes back as far as the one before. */
  const renewJournal = async (content: RowsContent, hash: string): Promise<void> => {
    await journal?.close()
    journal = null
    const records = [baseOf(content, hash), { line: 'settled' as const }, ...historyRecords(content.history)]
    await writeJournal(journalPath, entriesOf(records), fileSystem)
    journal = await openJournal(journalPath, { fileSystem })
    mustRenew = false
  }
  const requireJournal = async (content: RowsContent): Promise<void> => {
    if (!journal && !mustRenew) {
      if (await isThere(journalPath)) journal = await openJournal(journalPath, { fileSystem })
      else mustRenew = true
    }
    if (!mustRenew) return
    if (isAhead || rowsHash === null) {
      isAhead = true
      await disk.settle(content)
    } else await renewJournal(content, rowsHash)
  }
  const writeRows = async (pieces: readonly Uint8Array[], hash: string): Promise<void> => {
    if (hash === rowsHash) return
    await keepOriginal()
    rowsHash = null
    triedHash = hash
    await writeFileAtomically(rowsPath, (add) => addAll(pieces, add), fileSystem)
    rowsHash = hash
    stamps = { ...stamps, rows: await stampOf(rowsPath) }
  }
  const writeSplits = async (list: RowList): Promise<void> => {
    const text = printSplits(heldOutPositions(list))
    if (text === splitsText) return
    splitsText = null
    triedSplits = text
    await writeFileAtomically(splitsPath, text, fileSystem)
    splitsText = text
    stamps = { ...stamps, splits: await stampOf(splitsPath) }
  }
  /** Whether it has much that no step back needs: a character takes at most three bytes, and each step has its texts once. */
  const isLong = async ({ history }: RowsContent): Promise<boolean> => {
    const characters = [...history.past, ...history.future].reduce((sum, step) => sum + step.characters, 0)
    return (await stat(journalPath)).size > LONG_JOURNAL + 6 * characters
  }

  const disk: RowsDisk = {
    notices,
    get isAhead() {
      return isAhead
    },
    async append(record, before) {
      await requireJournal(before)
      await write(record)
      isAhead = true
    },
    async sync() {
      try {
        await journal?.sync()
      } catch (error) {
        mustRenew = true
        throw error
      }
    },
    async settle(content) {
      if (!isAhead) return
      if (!mustRenew) await requireJournal(content)
      const pieces = await printRowsFile(content.list.rows)
      const hash = await sha256(pieces)
      // Before rows.jsonl, and on the disk before it: whichever of the two states it is found in, the journal knows it.
      if (!mustRenew) {
        await write(baseOf(content, hash))
        await disk.sync()
      }
      await writeRows(pieces, hash)
      await writeSplits(content.list)
      if (mustRenew || (await isLong(content))) await renewJournal(content, hash)
      else await write({ line: 'settled' })
      isAhead = false
    },
    async findOutsideChange() {
      const now = await readStamps()
      if (now.rows === stamps.rows && now.splits === stamps.splits) return null
      if (now.rows === null) {
        // Gone: it is written again.
        rowsHash = null
        isAhead = true
        stamps = now
        return null
      }
      const bytes = await readRowsBytes(folder)
      const heldOut = (await readSplits(folder).catch(() => null)) ?? []
      const hash = await sha256([bytes])
      if ([rowsHash, triedHash].includes(hash) && [splitsText, triedSplits].includes(printSplits(heldOut))) {
        stamps = now
        return null
      }
      const outside = await parseRowsFile(rowsPath, bytes).catch(() => null)
      if (!isAhead && outside) {
        adopted = { hash, stamps: now }
        return { file: outside, heldOut }
      }
      const aside = join(folder, `rows.outside-${shortened(hash)}.jsonl`)
      await writeFileAtomically(aside, bytes, fileSystem)
      notify('rows/outside-put-aside', { file: rowsPath, aside })
      rowsHash = null
      splitsText = null
      isAhead = true
      stamps = now
      return null
    },
    async adopt(content) {
      await write(baseOf(content, adopted.hash))
      await disk.sync()
      await write({ line: 'settled' })
      rowsHash = adopted.hash
      splitsText = null
      stamps = adopted.stamps
      isAhead = false
    },
    async close() {
      await journal?.close()
      journal = null
    },
  }
  return { disk, content: restored }
}

/** Null where there is none, or where it may be read but not written. */
async function openWritableJournal(path: string, fileSystem: FileSystem): Promise<Journal | null> {
  if (!(await isThere(path))) return null
  return openJournal(path, { fileSystem }).catch((error: unknown) => {
    if (error instanceof TuneDeskError && error.code === 'files/cannot-write') return null
    throw error
  })
}

const baseOf = ({ list, nextId }: RowsContent, hash: string): JournalRecord => ({
  line: 'base',
  base: { sha256: hash, ids: list.rows.map(({ id }) => id), heldOut: heldOutPositions(list), nextId },
})

const historyRecords = ({ past, future }: RowHistory): JournalRecord[] => [
  ...past.map((step): JournalRecord => ({ line: 'past', step })),
  ...future.map((step): JournalRecord => ({ line: 'future', step })),
]

function* entriesOf(records: readonly JournalRecord[]): Generator<JournalEntry> {
  for (const record of records) yield* printRecord(record)
}

const heldOutPositions = ({ rows }: RowList): number[] => rows.flatMap(({ heldOut }, position) => (heldOut ? [position] : []))
const printSplits = (heldOut: readonly number[]): string => `${JSON.stringify({ heldOut })}\n`
const shortened = (hash: string): string => hash.slice(0, 8)

async function addAll(pieces: readonly Uint8Array[], add: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for (const piece of pieces) await add(piece)
}

/** Changes whenever a program writes the file or puts another in its place; null where there is none. */
async function stampOf(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  return found && `${found.ino} ${found.size} ${found.mtimeMs}`
}

const isThere = async (path: string): Promise<boolean> => (await stampOf(path)) !== null
