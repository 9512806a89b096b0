import { dirname, join } from 'node:path'
import { type OutputFolder, removeQuietly } from './atomicFile.ts'
import { cannotWrite, exists, type FileSystem, makeFolder, nodeFileSystem, syncFolder } from './fileSystem.ts'
import { MANIFEST_FILE, printManifest } from './manifest.ts'
import { type FileDigest, streamFile } from './streamFile.ts'

/**
 * Writes a folder as a whole, with `manifest.json` (a checksum of every file) last. It appears under its name only when all of it is on the disk;
 * a folder that had the name is replaced. See `verifyFolder`.
 *
 * Steps: write into `<folder>.tmp`, fsync each file; the manifest; fsync the folder; put the old one aside as `<folder>.old`; rename; fsync the
 * parent; remove the old one. Whatever step the machine dies at, `restoreFolder` finds the old or the new one.
 * @throws TuneDeskError files/disk-full, files/cannot-write, or what `content` threw; the old folder is still there then
 */
export async function writeFolder(
  folder: string,
  content: (output: OutputFolder) => Promise<void>,
  fileSystem = nodeFileSystem,
): Promise<void> {
  const { temporary, old } = besides(folder)
  try {
    await makeFolder(dirname(folder), fileSystem)
    await restoreFolder(folder, fileSystem)
    await fileSystem.rm(temporary, { recursive: true, force: true })
    await makeFolder(temporary, fileSystem)

    const manifest = new Map<string, FileDigest>()
    await content({
      write: async (name, fileContent) => {
        manifest.set(name, await streamFile(join(temporary, name), fileContent, fileSystem))
      },
    })
    await streamFile(join(temporary, MANIFEST_FILE), printManifest(manifest), fileSystem)
    await syncFolder(temporary, fileSystem)
    await moveIntoPlace(folder, fileSystem)
  } catch (error) {
    await removeQuietly(temporary, fileSystem)
    throw cannotWrite(folder, error)
  }
  await removeQuietly(old, fileSystem) // the new one is safe: what cannot be removed now is removed next time
}

/** Puts a replaced folder back when its successor did not arrive, and removes it when it did. To be called before a run's folders are listed. */
export async function restoreFolder(folder: string, fileSystem = nodeFileSystem): Promise<void> {
  const { old } = besides(folder)
  if (!(await exists(old, fileSystem))) return
  if (await exists(folder, fileSystem)) {
    await fileSystem.rm(old, { recursive: true, force: true })
    return
  }
  await fileSystem.rename(old, folder)
  await syncFolder(dirname(folder), fileSystem)
}

async function moveIntoPlace(folder: string, fileSystem: FileSystem): Promise<void> {
  const { temporary, old } = besides(folder)
  const replaces = await exists(folder, fileSystem)
  if (replaces) await fileSystem.rename(folder, old)
  try {
    await fileSystem.rename(temporary, folder)
  } catch (error) {
    if (replaces) await fileSystem.rename(old, folder)
    throw error
  }
  await syncFolder(dirname(folder), fileSystem)
}

/** Beside the folder and not in the system's temporary one: a rename works only within a disk. */
const besides = (folder: string) => ({ temporary: `${folder}.tmp`, old: `${folder}.old` })
