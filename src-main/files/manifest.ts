import { createHash } from 'node:crypto'
import { z } from 'zod'
import { TuneDeskError } from '../contract/error.ts'
import { containedPath } from './containment.ts'
import { IO_CHUNK, MAX_MANIFEST } from './limits.ts'
import { openForReading, readFully, readJsonCapped } from './readFile.ts'
import type { FileDigest } from './streamFile.ts'

export const MANIFEST_FILE = 'manifest.json'

/** What a folder that was written as a whole contains, the manifest itself aside: file name → size and checksum. */
type Manifest = ReadonlyMap<string, FileDigest>

const MANIFEST = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ size: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
})

export const printManifest = (manifest: Manifest): string =>
  `${JSON.stringify({ version: 1, files: Object.fromEntries(manifest) } satisfies z.infer<typeof MANIFEST>, null, 2)}\n`

/**
 * Checks that a folder is what `writeFolder` put there: every file of the manifest complete and unchanged. Reads all of it.
 * @throws TuneDeskError files/damaged-folder, which names the first file that is not as it was written
 */
export async function verifyFolder(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const [name, digest] of manifest) if (!(await isAsWritten(folder, name, digest))) throw damaged(folder, name)
  return manifest
}

async function readManifest(folder: string): Promise<Manifest> {
  let json
  try {
    json = await readJsonCapped(await containedPath(folder, MANIFEST_FILE), MAX_MANIFEST)
  } catch (error) {
    throw damaged(folder, MANIFEST_FILE, error)
  }
  const parsed = MANIFEST.safeParse(json)
  if (!parsed.success) throw damaged(folder, MANIFEST_FILE, parsed.error)
  return new Map(Object.entries(parsed.data.files))
}

async function isAsWritten(folder: string, name: string, { size, sha256 }: FileDigest): Promise<boolean> {
  let file
  try {
    file = await openForReading(await containedPath(folder, name))
    if ((await file.stat()).size !== size) return false
    const hash = createHash('sha256')
    const piece = new Uint8Array(Math.min(size, IO_CHUNK))
    for (let position = 0; position < size; position += piece.byteLength)
      hash.update(piece.subarray(0, await readFully(file, piece, position)))
    return hash.digest('hex') === sha256
  } catch {
    return false
  } finally {
    await file?.close()
  }
}

const damaged = (folder: string, file: string, cause?: unknown): TuneDeskError =>
  new TuneDeskError('files/damaged-folder', { folder, file }, { cause })
