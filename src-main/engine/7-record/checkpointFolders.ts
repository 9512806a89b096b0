import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TuneDeskError } from '../../contract/error.ts'
import { removeQuietly } from '../../files/atomicFile.ts'
import { restoreFolder } from '../../files/atomicFolder.ts'
import { nodeFileSystem } from '../../files/fileSystem.ts'
import { verifyFolder } from '../../files/manifest.ts'
import { readCheckpoint, type Checkpoint } from './checkpoint.ts'
import { checkpointName } from './trainerStateFile.ts'

/** The steps of a run's checkpoints, ascending; whether they are whole is not looked at. */
export async function checkpointSteps(runFolder: string): Promise<number[]> {
  const names = await readdir(runFolder)
  return names
    .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** What can be gone on from. */
export interface FoundCheckpoint {
  /** The newest that is whole; null where there is none. */
  checkpoint: Checkpoint | null
  /** Newer ones that are not, such as `checkpoint-12`. */
  damaged: string[]
}

/** Looks for the newest checkpoint that is whole. A folder whose writing was cut off counts for nothing. */
export async function newestCheckpoint(runFolder: string): Promise<FoundCheckpoint> {
  for (const name of await readdir(runFolder)) {
    const replaced = /^(checkpoint-\d+)\.old$/.exec(name)?.[1]
    if (replaced !== undefined) await restoreFolder(join(runFolder, replaced))
  }
  const damaged: string[] = []
  for (const step of (await checkpointSteps(runFolder)).reverse()) {
    const name = checkpointName(step)
    try {
      return { checkpoint: await readCheckpoint(join(runFolder, name)), damaged }
    } catch (error) {
      if (!(error instanceof TuneDeskError)) throw error
      damaged.push(name)
    }
  }
  return { checkpoint: null, damaged }
}

/**
 * Removes all checkpoints but those of the steps `keep`, and what an interrupted writing left. Nothing is removed before the newest
 * that stays has been found whole.
 * @throws files/damaged-folder
 */
export async function keepCheckpoints(runFolder: string, keep: readonly number[], fileSystem = nodeFileSystem): Promise<void> {
  const surplus = (await checkpointSteps(runFolder)).filter((step) => !keep.includes(step)).map(checkpointName)
  const leftOver = (await readdir(runFolder)).filter((name) => /^checkpoint-\d+\.tmp$/.test(name))
  const newest = keep.at(-1)
  if (surplus.length > 0 && newest !== undefined) await verifyFolder(join(runFolder, checkpointName(newest)))
  // What cannot be removed now is removed the next time.
  for (const name of [...surplus, ...leftOver]) await removeQuietly(join(runFolder, name), fileSystem)
}
