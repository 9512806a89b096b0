import type { ProjectRow } from '../../../contract/areas/rows.ts'
import { applyChanges, invertChanges, type RowChange } from './rowChange.ts'
import { EMPTY_HISTORY, withRedone, withStep, withUndone, type RowHistory } from './rowHistory.ts'
import { rowList, type RowList } from './rowList.ts'
import { parseRecords, type Base, type JournalRecord } from './rowsJournal.ts'
import type { RowsFile } from './rowsFile.ts'

/** A project's rows, put together from its files. */
export interface RestoredRows {
  list: RowList
  history: RowHistory
  nextId: number
  /** Whether something was done to the rows that rows.jsonl or splits.json does not have. */
  isAhead: boolean
  /** Whether the journal tells what led to rows.jsonl as it is. */
  belongs: boolean
  /** Steps, undone and redone ones too, that no rows.jsonl is known to have had. They fit no other: they were made to one that is gone. */
  orphanedSteps: number
}

/**
 * Builds on the newest state that the journal knows and that rows.jsonl is in, so that no step is done twice: whoever dies while rows.jsonl is
 * replaced leaves the old one or the new one, and the journal knows both.
 * @param entries the journal's lines; none where there is no journal
 * @param heldOut what splits.json says: positions in rows.jsonl, or null where there is no such file
 * @throws MisfitError, ZodError, RangeError where lines are not such as this code writes
 */
export async function restoreRows(
  entries: readonly unknown[],
  file: RowsFile,
  heldOut: readonly number[] | null,
): Promise<RestoredRows> {
  const records = await parseRecords(entries)
  // Of the states before the one that was settled last, rows.jsonl can have none, unless somebody put an old copy back: then that is what counts.
  const settled = records.findLastIndex(({ line }) => line === 'settled')
  const oldest = records.findLastIndex(({ line }, i) => line === 'base' && i < settled)
  const start = records.findLastIndex((record, i) => i >= oldest && record.line === 'base' && isOf(record.base, file))
  const base = records[start]
  if (base?.line !== 'base') return unknownRows(records, file, heldOut ?? [])

  const isSettled = start === oldest
  // Where splits.json was not replaced yet, it belongs to the rows before these; else a person may have changed it.
  const marks = new Set(isSettled ? indicesToPositions(file, heldOut ?? []) : base.base.heldOut)
  let list = rowList(
    file.rows.map((row, position) => ({ id: base.base.ids[position] ?? position, ...row, heldOut: marks.has(position) })),
  )
  let history = EMPTY_HISTORY
  let isAhead = !isSettled
  for (const [i, record] of records.entries()) {
    const next = follow(history, record)
    history = next.history
    if (i < start || next.changes.length === 0) continue
    list = (await applyChanges(list, next.changes)).list
    isAhead = true
  }
  return { list, history, nextId: nextIdOf(records), isAhead, belongs: true, orphanedSteps: 0 }
}

/** rows.jsonl as it stands, where the journal does not know it: a new project's, or one that another program wrote. */
function unknownRows(records: readonly JournalRecord[], file: RowsFile, heldOut: readonly number[]): RestoredRows {
  const marks = new Set(indicesToPositions(file, heldOut))
  const firstId = nextIdOf(records)
  const rows = file.rows.map((row, position): ProjectRow => ({ id: firstId + position, ...row, heldOut: marks.has(position) }))
  const lastBase = records.findLastIndex(({ line }) => line === 'base')
  return {
    list: rowList(rows),
    history: EMPTY_HISTORY,
    nextId: firstId + rows.length,
    isAhead: false,
    belongs: records.length === 0,
    orphanedSteps: records.slice(lastBase + 1).filter(({ line }) => line === 'step' || line === 'undo' || line === 'redo').length,
  }
}

const isOf = (base: Base, file: RowsFile): boolean => base.sha256 === file.sha256 && base.ids.length === file.rows.length

/** splits.json counts the rows of the file, good and bad. */
function indicesToPositions({ indices }: RowsFile, heldOut: readonly number[]): number[] {
  const marks = new Set(heldOut)
  return indices.flatMap((index, position) => (marks.has(index) ? [position] : []))
}

/** What a record does to the history, and to the rows. */
function follow(history: RowHistory, record: JournalRecord): { history: RowHistory; changes: readonly RowChange[] } {
  switch (record.line) {
    case 'step':
      return { history: withStep(history, record.step, record.merges), changes: record.step.changes }
    case 'undo': {
      const undone = withUndone(history)
      return undone ? { history: undone.history, changes: invertChanges(undone.step.changes) } : { history, changes: [] }
    }
    case 'redo': {
      const redone = withRedone(history)
      return redone ? { history: redone.history, changes: redone.step.changes } : { history, changes: [] }
    }
    case 'past':
      return { history: { ...history, past: [...history.past, record.step] }, changes: [] }
    case 'future':
      return { history: { ...history, future: [...history.future, record.step] }, changes: [] }
    case 'base':
    case 'settled':
      return { history, changes: [] }
  }
}

function nextIdOf(records: readonly JournalRecord[]): number {
  let next = 0
  for (const record of records) {
    if (record.line === 'base') next = Math.max(next, record.base.nextId)
    if (record.line !== 'step' && record.line !== 'past' && record.line !== 'future') continue
    for (const change of record.step.changes)
      if (change.kind === 'insert') for (const { id } of change.rows) next = Math.max(next, id + 1)
  }
  return next
}
