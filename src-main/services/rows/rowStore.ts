import type { Edit, RowId, RowsNotice, RowsState } from '../../contract/areas/rows.ts'
import { bookEntry } from '../../contract/bookEntry.ts'
import { TuneDeskError } from '../../contract/error.ts'
import type { Row } from '../../contract/row.ts'
import { createLinter, type Linter } from '../../engine/1-dataset/lint/linter.ts'
import { MAX_ROWS } from '../../engine/1-dataset/limits.ts'
import { applyChanges, invertChanges, type Changed, type RowChange } from '../../engine/1-dataset/project/rowChange.ts'
import {
  newStep,
  withRedone,
  withStep,
  withUndone,
  type RowHistory,
  type Step,
} from '../../engine/1-dataset/project/rowHistory.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import type { JournalRecord } from '../../engine/1-dataset/project/rowsJournal.ts'
import { nodeFileSystem } from '../../files/fileSystem.ts'
import { createPauses } from '../../files/pauses.ts'
import { changesOfEdit, importChanges, outsideChanges } from './editRows.ts'
import { openRowsDisk } from './rowsDisk.ts'

/** Typing reaches main a few times a second; a pause as long as this begins a step of its own. */
const TYPING_PAUSE = 2_000
/** An edit is in the system's hands at once; so long after it, it is on the disk. */
const SYNC_DELAY = 150
/** When nothing was edited for so long, rows.jsonl is brought up to date. */
const SETTLE_DELAY = 20_000
/** After so many edits it is so at once: they are done again when a project is opened after a crash. */
const MOST_UNSETTLED_EDITS = 1_000

/** One text, and all of them together: what rows.jsonl may have, so that it can be read again whatever the characters are. */
const MAX_TEXT_CHARACTERS = 10_000_000
const MAX_ALL_CHARACTERS = 100_000_000

export interface EditResult {
  state: RowsState
  ids: RowId[]
}

/** Rows to be added. */
export type NewRow = Row & { heldOut?: boolean }

/** The rows of one open project. Edits come one after another; what is read is what the last finished one left. */
export interface RowStore {
  readonly list: RowList
  readonly version: number
  readonly linter: Linter
  state(): RowsState
  /** @throws TuneDeskError rows/…, files/disk-full, files/cannot-write: then nothing has changed */
  edit(edit: Edit): Promise<EditResult>
  importRows(rows: readonly NewRow[], mode: 'append' | 'replace'): Promise<EditResult>
  undo(): Promise<EditResult>
  redo(): Promise<EditResult>
  /** Takes what another program has made of the files meanwhile, as an edit that can be undone. */
  lookOutside(): Promise<void>
  /** Brings rows.jsonl and splits.json up to date. @throws TuneDeskError files/disk-full, files/cannot-write */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface RowStoreOptions {
  project: string
  onChange: (state: RowsState) => void
  fileSystem?: typeof nodeFileSystem
  /** Milliseconds. */
  clock?: () => number
  settleAfter?: number
}

/** @throws TuneDeskError dataset/not-json, dataset/too-many-rows, files/… */
export async function openRowStore({
  project,
  onChange,
  fileSystem = nodeFileSystem,
  clock = () => performance.now(),
  settleAfter = MOST_UNSETTLED_EDITS,
}: RowStoreOptions): Promise<RowStore> {
  const { disk, content } = await openRowsDisk(project, fileSystem)
  const linter = createLinter()
  let { list, history, nextId } = content
  let version = 1
  let isSynced = true
  let savingProblem: RowsNotice | null = null
  let unsettledEdits = 0
  let characters = list.rows.reduce((sum, row) => sum + charactersOf(row), 0)
  /** The cell that was typed into last, and when; null after anything else. */
  let typed: { id: RowId; field: string; at: number } | null = null
  let syncTimer: NodeJS.Timeout | undefined
  let settleTimer: NodeJS.Timeout | undefined

  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }
  const now = (): { list: RowList; history: RowHistory; nextId: number } => ({ list, history, nextId })
  const state = (): RowsState => ({
    project,
    version,
    count: list.rows.length,
    heldOutCount: list.rows.reduce((count, { heldOut }) => count + Number(heldOut), 0),
    undo: named(history.past.at(-1)),
    redo: named(history.future.at(-1)),
    isSaved: isSynced,
    notices: savingProblem ? [...disk.notices, savingProblem] : [...disk.notices],
  })

  const tellSaved = (): void => {
    const isNews = !isSynced || savingProblem !== null
    isSynced = true
    savingProblem = null
    if (isNews) onChange(state())
  }
  const settle = async (): Promise<void> => {
    clearTimeout(settleTimer)
    await disk.settle(now())
    unsettledEdits = 0
    tellSaved()
  }
  const sync = async (): Promise<void> => {
    if (isSynced) return
    await disk.sync()
    tellSaved()
  }
  const settleLater = (): void => {
    clearTimeout(settleTimer)
    settleTimer = setTimeout(() => inBackground(settle), SETTLE_DELAY).unref()
  }
  /** What fails where nobody waits for it is told as a notice, and tried again. */
  const inBackground = (work: () => Promise<void>): void => {
    inTurn(work).catch((error: unknown) => {
      savingProblem = bookEntry(error)
      onChange(state())
      settleLater()
    })
  }
  const scheduleSaving = (): void => {
    syncTimer ??= setTimeout(() => {
      syncTimer = undefined
      inBackground(sync)
    }, SYNC_DELAY)
    if (++unsettledEdits >= settleAfter) inBackground(settle)
    else settleLater()
  }

  /** Writes down what happens, and then lets it happen. */
  const happen = async (record: JournalRecord, changed: Changed, next: RowHistory): Promise<EditResult> => {
    await disk.append(record, now())
    list = changed.list
    history = next
    version++
    isSynced = false
    scheduleSaving()
    const after = state()
    onChange(after)
    return { state: after, ids: changed.ids }
  }
  const takeStep = async (kind: Step['kind'], changes: readonly RowChange[], merges = false): Promise<EditResult> => {
    if (changes.length === 0) return { state: state(), ids: [] }
    const pause = createPauses()
    const growth = requireRoom(list, changes, characters)
    await pause()
    const changed = await applyChanges(list, changes)
    await pause()
    const step = newStep(kind, changed.rowCount, changes)
    const result = await happen({ line: 'step', step, merges }, changed, withStep(history, step, merges))
    characters += growth
    return result
  }
  const travel = async (line: 'undo' | 'redo'): Promise<EditResult> => {
    await lookOutside()
    typed = null
    const travelled = line === 'undo' ? withUndone(history) : withRedone(history)
    if (!travelled) return { state: state(), ids: [] }
    const changes = line === 'undo' ? invertChanges(travelled.step.changes) : travelled.step.changes
    const growth = growthOf(changes)
    const result = await happen({ line }, await applyChanges(list, changes), travelled.history)
    characters += growth
    return result
  }
  const lookOutside = async (): Promise<void> => {
    const outside = await disk.findOutsideChange()
    if (!outside) return
    typed = null
    const marks = new Set(outside.heldOut)
    const rows = outside.file.rows.map((row, i) => ({ ...row, heldOut: marks.has(outside.file.indices[i] ?? -1) }))
    const takenId = nextId
    try {
      await takeStep(
        'import',
        outsideChanges(list, rows, () => nextId++),
      )
      await disk.adopt(now())
    } catch (error) {
      nextId = takenId
      throw error
    }
  }
  const newIds = async <Value>(work: (newId: () => RowId) => Promise<Value>): Promise<Value> => {
    const first = nextId
    try {
      return await work(() => nextId++)
    } catch (error) {
      nextId = first
      throw error
    }
  }

  return {
    get list() {
      return list
    },
    get version() {
      return version
    },
    linter,
    state,
    edit: (edit) =>
      inTurn(async () => {
        await lookOutside()
        return newIds(async (newId) => {
          const changes = await changesOfEdit(list, edit, { newId, linter })
          const at = clock()
          const merges =
            edit.kind === 'set' && typed?.id === edit.id && typed.field === edit.field && at - typed.at < TYPING_PAUSE
          const result = await takeStep(edit.kind, changes, merges)
          if (changes.length > 0) typed = edit.kind === 'set' ? { id: edit.id, field: edit.field, at } : null
          return result
        })
      }),
    importRows: (rows, mode) =>
      inTurn(async () => {
        await lookOutside()
        typed = null
        return newIds((newId) => takeStep('import', importChanges(list, rows, mode, newId)))
      }),
    undo: () => inTurn(() => travel('undo')),
    redo: () => inTurn(() => travel('redo')),
    lookOutside: () => inTurn(lookOutside),
    flush: () =>
      inTurn(async () => {
        await lookOutside()
        await settle()
      }),
    async close() {
      clearTimeout(syncTimer)
      await inTurn(async () => {
        // Where rows.jsonl cannot be written now, the journal has it all.
        await settle().catch(() => disk.sync().catch(() => undefined))
        await disk.close()
      })
      clearTimeout(settleTimer)
    },
  }
}

const named = (step: Step | undefined): RowsState['undo'] => (step ? { kind: step.kind, rows: step.rows } : null)

const charactersOf = ({ instruct, input, label }: Row): number => instruct.length + input.length + label.length

/** By how many characters all rows together grow. */
function growthOf(changes: readonly RowChange[]): number {
  let growth = 0
  for (const change of changes) {
    if (change.kind === 'texts') for (const [, , before, after] of change.cells) growth += after.length - before.length
    else if (change.kind === 'insert') for (const row of change.rows) growth += charactersOf(row)
    else if (change.kind === 'delete') for (const row of change.rows) growth -= charactersOf(row)
  }
  return growth
}

/** @throws TuneDeskError rows/text-too-long, rows/too-many-rows, rows/too-much-text */
function requireRoom(list: RowList, changes: readonly RowChange[], characters: number): number {
  let rows = list.rows.length
  let longest = 0
  for (const change of changes) {
    if (change.kind === 'texts') for (const [, , , after] of change.cells) longest = Math.max(longest, after.length)
    else if (change.kind === 'delete') rows -= change.rows.length
    else if (change.kind === 'insert') {
      rows += change.rows.length
      for (const row of change.rows) longest = Math.max(longest, row.instruct.length, row.input.length, row.label.length)
    }
  }
  const growth = growthOf(changes)
  if (longest > MAX_TEXT_CHARACTERS) throw new TuneDeskError('rows/text-too-long', { limit: MAX_TEXT_CHARACTERS })
  if (rows > MAX_ROWS) throw new TuneDeskError('rows/too-many-rows', { rows, limit: MAX_ROWS })
  if (growth > 0 && characters + growth > MAX_ALL_CHARACTERS)
    throw new TuneDeskError('rows/too-much-text', { characters: characters + growth, limit: MAX_ALL_CHARACTERS })
  return growth
}
