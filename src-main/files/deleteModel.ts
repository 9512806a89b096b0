import { rm, rmdir } from 'node:fs/promises'
import { TuneDeskError } from '../contract/error.ts'
import { modelFiles } from './modelFiles.ts'
import { reasonOf } from './readFile.ts'

/**
 * Deletes the files of a model (see `modelFiles`), and its folder where nothing else lies in it. The weights go first: they are what another
 * program may have open, and where one does, some systems delete nothing.
 * @returns bytes that are free again
 * @throws TuneDeskError models/links, before anything is deleted; models/cannot-delete
 */
export async function deleteModel(folder: string): Promise<number> {
  const files = await modelFiles(folder)
  const link = files.find(({ isLink }) => isLink)
  if (link) throw new TuneDeskError('models/links', { path: link.path })
  let freed = 0
  for (const { path, size } of files) {
    try {
      await rm(path)
    } catch (error) {
      throw new TuneDeskError('models/cannot-delete', { path, reason: reasonOf(error) }, { cause: error })
    }
    freed += size
  }
  // Not empty: something of the person's lies there.
  await rmdir(folder).catch(() => undefined)
  return freed
}
