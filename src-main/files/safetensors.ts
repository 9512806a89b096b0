import { stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../contract/error.ts'
import { containedPath, containmentRoot } from './containment.ts'
import { duplicateJsonKey } from './duplicateJsonKey.ts'
import { MAX_SHARDS, MAX_WEIGHT_INDEX } from './limits.ts'
import { readTextCapped } from './readFile.ts'
import { openSafetensors, type SafetensorsFile, type TensorLocation } from './readSafetensors.ts'
import { refuseForeignWeights } from './refuseForeignFormat.ts'

export type { TensorLocation } from './readSafetensors.ts'

export const WEIGHTS_FILE = 'model.safetensors'
export const WEIGHT_INDEX_FILE = 'model.safetensors.index.json'

/** The weights of a model folder, in one file or in shards; open until `close`. */
export interface Weights {
  /** The real folder that the locations' `file` is relative to. */
  folder: string
  tensors: ReadonlyMap<string, TensorLocation>
  /** The `__metadata__` of all files together. */
  metadata: ReadonlyMap<string, string>
  /**
   * One tensor as float32, row-major: F32, F16 and BF16 without loss.
   * @param into where to put it, instead of a new array; as many elements as the tensor has
   * @throws TuneDeskError weights/missing-tensor, weights/unsupported-type, weights/truncated
   */
  read(name: string, into?: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * Opens `model.safetensors`, or the shards that `model.safetensors.index.json` lists. Only headers are read.
 * @throws TuneDeskError weights/… and files/… for everything that is not as it should be
 */
export async function openWeights(folder: string): Promise<Weights> {
  const root = await containmentRoot(folder)
  const files = new Map<string, SafetensorsFile>()
  const close = async (): Promise<void> => {
    await Promise.all([...files.values()].map((file) => file.close()))
  }
  try {
    const index = await readIndex(folder)
    for (const name of index ? new Set(index.values()) : [WEIGHTS_FILE]) {
      const path = await shardPath(folder, name)
      files.set(name, await openSafetensors(path, relative(root, path).split(sep).join('/')))
    }
    const located = locate(files)
    if (index) checkIndex(index, files)
    return {
      folder: root,
      tensors: new Map([...located].map(([name, { location }]) => [name, location])),
      metadata: new Map([...files.values()].flatMap((file) => [...file.metadata])),
      read: async (name, into) => {
        const found = located.get(name)
        if (!found) throw new TuneDeskError('weights/missing-tensor', { tensor: name, folder })
        return found.file.read(found.location, into)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Tensor name → shard file name, or null where the weights are one file. A single file wins, as in transformers. */
async function readIndex(folder: string): Promise<Map<string, string> | null> {
  if (await exists(join(folder, WEIGHTS_FILE))) return null
  if (!(await exists(join(folder, WEIGHT_INDEX_FILE)))) {
    await refuseForeignWeights(folder)
    throw new TuneDeskError('weights/not-found', { folder })
  }
  return parseIndex(await readTextCapped(await containedPath(folder, WEIGHT_INDEX_FILE), MAX_WEIGHT_INDEX))
}

/** Names of the files that the index lists; none where it cannot be read. */
export const listedShards = (folder: string): Promise<string[]> =>
  containedPath(folder, WEIGHT_INDEX_FILE)
    .then((path) => readTextCapped(path, MAX_WEIGHT_INDEX))
    .then((text) => [...new Set(parseIndex(text).values())].filter((name) => name.endsWith('.safetensors')))
    .catch(() => [])

const INDEX = z.object({ weight_map: z.record(z.string(), z.string()) })

function parseIndex(text: string): Map<string, string> {
  let json
  try {
    json = JSON.parse(text) as unknown
  } catch {
    throw badIndex('not JSON')
  }
  const duplicate = duplicateJsonKey(text)
  if (duplicate !== null) throw badIndex(`${JSON.stringify(duplicate)} is there twice`)
  const parsed = INDEX.safeParse(json)
  if (!parsed.success) throw badIndex('no weight_map of tensor names and file names')
  const index = new Map(Object.entries(parsed.data.weight_map))
  if (new Set(index.values()).size > MAX_SHARDS) throw badIndex(`more than ${MAX_SHARDS} files`)
  return index
}

async function shardPath(folder: string, name: string): Promise<string> {
  try {
    return await containedPath(folder, name)
  } catch (error) {
    if (error instanceof TuneDeskError && error.code === 'files/cannot-read' && error.parameters.reason === 'ENOENT')
      throw new TuneDeskError('weights/missing-shard', { file: name }, { cause: error })
    throw error
  }
}

function locate(files: Map<string, SafetensorsFile>): Map<string, { file: SafetensorsFile; location: TensorLocation }> {
  const located = new Map<string, { file: SafetensorsFile; location: TensorLocation }>()
  for (const file of files.values())
    for (const [name, location] of file.tensors) {
      if (located.has(name)) throw badIndex(`${JSON.stringify(name)} is in two files`)
      located.set(name, { file, location })
    }
  return located
}

/** The index and the shards must say the same: a shard of another download would otherwise be loaded in silence. */
function checkIndex(index: Map<string, string>, files: Map<string, SafetensorsFile>): void {
  for (const [name, file] of index)
    if (!files.get(file)?.tensors.has(name)) throw badIndex(`${JSON.stringify(name)} is not in ${file}`)
  for (const [file, { tensors }] of files)
    for (const name of tensors.keys()) if (!index.has(name)) throw badIndex(`${JSON.stringify(name)} in ${file} is not listed`)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const badIndex = (detail: string): TuneDeskError => new TuneDeskError('weights/bad-index', { file: WEIGHT_INDEX_FILE, detail })
