import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TuneDeskError } from '../../contract/error.ts'
import { weightsFingerprint } from '../../files/weightsFingerprint.ts'
import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { newestCheckpoint, type FoundCheckpoint } from './checkpointFolders.ts'
import { readRunDescription, rowsFingerprint, writeRunDescription, type RunDescription } from './runDescription.ts'
import { RESULTS_FILE } from './runRecorder.ts'

/** What the app keeps in a run's folder beside what belongs to the run: before the run begins, its rows wait there as well. */
export const ABOUT_FILE = 'about.json'
export const WAITING_ROWS_FOLDER = 'waiting'
const OF_THE_APP = [ABOUT_FILE, WAITING_ROWS_FOLDER]

/** A run as its folder tells it. */
export interface OpenedRun extends FoundCheckpoint {
  folder: string
  description: RunDescription
  /** Its model is saved: there is nothing to resume. */
  isFinished: boolean
  /** Where its newest weights lie: its own folder, a checkpoint, or where none was saved the model it began from. */
  weightsFolder: string
}

/** @throws runs/folder-not-empty */
export async function requireNewRunFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => [])
  if (names.some((name) => !OF_THE_APP.includes(name))) throw new TuneDeskError('runs/folder-not-empty', { folder })
}

/**
 * Begins the folder of a new run.
 * @throws runs/folder-not-empty, files/…
 */
export async function createRun(folder: string, description: RunDescription): Promise<void> {
  await requireNewRunFolder(folder)
  await writeRunDescription(folder, description)
}

/**
 * Opens a run's folder, finished or not, after whatever happened to it.
 * @throws runs/not-a-run, runs/damaged, files/… of reading
 */
export async function openRun(folder: string): Promise<OpenedRun> {
  const description = await readRunDescription(folder)
  const found = await newestCheckpoint(folder)
  const isFinished = await stat(join(folder, RESULTS_FILE)).then(
    () => true,
    () => false,
  )
  const weightsFolder = isFinished ? folder : (found.checkpoint?.folder ?? description.baseModel.folder)
  return { folder, description, isFinished, weightsFolder, ...found }
}

/** As `openRun`. @throws runs/finished as well */
export async function openRunToResume(folder: string): Promise<OpenedRun> {
  const run = await openRun(folder)
  if (run.isFinished) throw new TuneDeskError('runs/finished', { folder })
  return run
}

/**
 * @param base where the model that the run began from lies now
 * @throws runs/base-model-changed where its weights are other ones than those that the run began from; weights/… and files/… of reading them
 */
export async function requireSameBaseModel({ folder, description }: OpenedRun, base: string): Promise<void> {
  const { fingerprint } = description.baseModel
  if (fingerprint !== undefined && (await weightsFingerprint(base)) !== fingerprint)
    throw new TuneDeskError('runs/base-model-changed', { folder, base })
}

/** @throws runs/rows-changed where the rows have become other ids or labels than those that the run began with */
export function requireSameRows(
  { folder, description }: OpenedRun,
  rows: readonly TokenisedRow[],
  heldOutRows: readonly TokenisedRow[],
): void {
  if (rowsFingerprint(rows, heldOutRows) !== description.rowsFingerprint) throw new TuneDeskError('runs/rows-changed', { folder })
}
