import { TuneDeskError } from '../contract/error.ts'
import { lockFolder } from '../files/lock.ts'

/** An engine whose app was killed finishes the operation that it is at, then ends. */
const PATIENCE_MILLISECONDS = 5000

/**
 * Works on a run's folder while nobody else does: two trainings in one folder would overwrite each other's checkpoints.
 * @throws TuneDeskError runs/in-use; what the work throws
 */
export async function holdingRun<Value>(
  folder: string,
  work: () => Promise<Value>,
  patience = PATIENCE_MILLISECONDS,
): Promise<Value> {
  const lock = await lockFolder(folder, patience)
  if (!lock) throw new TuneDeskError('runs/in-use', { folder })
  try {
    return await work()
  } finally {
    await lock.release()
  }
}
