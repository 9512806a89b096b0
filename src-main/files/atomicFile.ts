import { basename, dirname, join } from 'node:path'
import { cannotWrite, type FileSystem, makeFolder, nodeFileSystem, syncFolder } from './fileSystem.ts'
import { type FileContent, streamFile } from './streamFile.ts'

/** A place to put files into, a whole file at a time. */
export interface OutputFolder {
  /** Returns when the file is complete and on the disk. */
  write(name: string, content: FileContent): Promise<void>
}

/**
 * Replaces a file as a whole: at every instant, even when the machine dies, the path has its old content or its new one.
 * @throws TuneDeskError files/disk-full, files/cannot-write: then the old file is as it was
 */
export async function writeFileAtomically(path: string, content: FileContent, fileSystem = nodeFileSystem): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  try {
    await makeFolder(dirname(path), fileSystem)
    await streamFile(temporary, content, fileSystem)
    await fileSystem.rename(temporary, path)
    await syncFolder(dirname(path), fileSystem)
  } catch (error) {
    await removeQuietly(temporary, fileSystem)
    throw cannotWrite(path, error)
  }
}

/** A folder whose files are replaced one by one, each atomically; what else lies in it stays. */
export function folderOfAtomicFiles(folder: string, fileSystem = nodeFileSystem): OutputFolder {
  return { write: (name, content) => writeFileAtomically(join(folder, name), content, fileSystem) }
}

/** Tidying up after an error must not hide that error. */
export const removeQuietly = (path: string, fileSystem: FileSystem): Promise<void> =>
  fileSystem.rm(path, { recursive: true, force: true }).catch(() => undefined)
