import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import type { BaseModel } from '../engine/7-record/runDescription.ts'
import { modelFolderOf, STARTER } from '../jobs/model.ts'

/**
 * Where the model that a run began from lies now. The starter model moves with the app, which an AppImage puts somewhere else each time.
 * @throws TuneDeskError runs/base-model-gone
 */
export async function baseModelFolder({ folder }: BaseModel, resources: string): Promise<string> {
  const starter = await modelFolderOf(STARTER, resources)
  for (const place of basename(folder) === basename(starter) ? [folder, starter] : [folder])
    if (await stat(join(place, 'config.json')).catch(() => null)) return place
  throw new TuneDeskError('runs/base-model-gone', { folder })
}
