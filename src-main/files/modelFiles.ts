import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SIDE_FILES } from './modelFolder.ts'
import { listedShards, WEIGHT_INDEX_FILE, WEIGHTS_FILE } from './safetensors.ts'

export interface ModelFile {
  name: string
  path: string
  /** Bytes on the disk. Of a link 0: what it leads to is somebody else's. */
  size: number
  isLink: boolean
}

/** Shards under the name that transformers gives them, for where the index that would list them is gone or damaged. */
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/

/**
 * The files that a Hugging Face folder's model is read from: weights, configuration, tokenizer, in this order. What people read or have put there
 * (a README, licences, notes, adapters, the weights in other formats) is not among them. None where the folder is gone.
 */
export async function modelFiles(folder: string): Promise<ModelFile[]> {
  const names: string[] = await readdir(folder).catch(() => [])
  const listed = new Set(names.includes(WEIGHT_INDEX_FILE) ? await listedShards(folder) : [])
  const weights = names.filter((name) => name === WEIGHTS_FILE || SHARD.test(name) || listed.has(name)).sort()
  const others = [WEIGHT_INDEX_FILE, 'config.json', ...SIDE_FILES].filter((name) => names.includes(name))
  const found = await Promise.all(
    [...weights, ...others].map(async (name): Promise<ModelFile[]> => {
      const path = join(folder, name)
      const entry = await lstat(path).catch(() => null)
      if (!entry || entry.isDirectory()) return []
      return [{ name, path, size: entry.isFile() ? entry.size : 0, isLink: entry.isSymbolicLink() }]
    }),
  )
  return found.flat()
}
