import { readdir } from 'node:fs/promises'
import { TuneDeskError } from '../contract/error.ts'
import type { OutputFolder } from './atomicFile.ts'
import { containedPath, containmentRoot } from './containment.ts'
import { IO_CHUNK, MAX_CONFIG_JSON, MAX_README, MAX_SIDE_FILE, MAX_TOKENIZER_JSON } from './limits.ts'
import { cannotRead, openForReading, readFully, readJsonCapped, readTextCapped } from './readFile.ts'
import type { FloatType } from './writeSafetensors.ts'

/** What a Hugging Face model folder says about its model, the weights aside (see `openWeights`). Parsed as JSON and not checked further. */
export interface ModelFolder {
  config: Record<string, unknown>
  /** generation_config.json */
  generationConfig: Record<string, unknown> | null
  tokenizer: Record<string, unknown>
  tokenizerConfig: Record<string, unknown>
  /** special_tokens_map.json */
  specialTokensMap: Record<string, unknown> | null
  /** chat_template.jinja. Older folders keep the template in tokenizer_config.json instead. */
  chatTemplate: string | null
  /** As the front matter of README.md names it, such as `apache-2.0`. */
  license: string | null
}

/** The files beside weights and config.json that a model is read from. A fine-tuned model takes them over unchanged. */
export const SIDE_FILES = [
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
  'chat_template.jinja',
  'chat_template.json',
]
/** A license that asks to be passed on: LICENSE, LICENSE.txt, LICENCE.md, NOTICE, USE_POLICY.md … */
const LEGAL_FILE = /^(licen[cs]e|notice|use_policy)(\.|$)/i

/**
 * Reads everything but the weights.
 * @throws TuneDeskError files/not-a-folder, files/missing (config.json, tokenizer.json), files/too-large, files/not-json, files/not-text,
 * files/cannot-read, files/outside-folder
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const config = await readModelConfig(folder)
  const json = (name: string, limit: number) => jsonIfThere(folder, name, limit)
  return {
    config,
    tokenizer: await requiredJson(folder, 'tokenizer.json', MAX_TOKENIZER_JSON),
    tokenizerConfig: (await json('tokenizer_config.json', MAX_CONFIG_JSON)) ?? {},
    generationConfig: await json('generation_config.json', MAX_CONFIG_JSON),
    specialTokensMap: await json('special_tokens_map.json', MAX_CONFIG_JSON),
    chatTemplate: await ifThere(folder, 'chat_template.jinja', (path) => readTextCapped(path, MAX_CONFIG_JSON)),
    license: await licenseOf(folder),
  }
}

/**
 * config.json alone, for what concerns the weights and nothing else.
 * @throws TuneDeskError as `readModelFolder` does, of this file
 */
export async function readModelConfig(folder: string): Promise<Record<string, unknown>> {
  await containmentRoot(folder)
  return requiredJson(folder, 'config.json', MAX_CONFIG_JSON)
}

/**
 * Copies tokenizer, generation settings and license texts into another model folder.
 * @returns the names of the files copied
 * @throws TuneDeskError files/… of reading and of writing
 */
export async function copySideFiles(folder: string, output: OutputFolder): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SIDE_FILES.includes(name) || LEGAL_FILE.test(name)).sort()
  for (const name of names) await copyFile(await containedPath(folder, name), name, output)
  return names
}

/**
 * config.json for weights saved as `dtype`. transformers 5 loads with the type that stands there, not with that of the weights. The field is
 * `dtype` since 4.56 and was `torch_dtype` before; the name that the model uses is kept.
 */
export function configWithDtype(config: Readonly<Record<string, unknown>>, dtype: FloatType): Record<string, unknown> {
  const name = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[dtype]
  if ('dtype' in config && !('torch_dtype' in config)) return { ...config, dtype: name }
  return 'dtype' in config ? { ...config, dtype: name, torch_dtype: name } : { ...config, torch_dtype: name }
}

async function requiredJson(folder: string, name: string, limit: number): Promise<Record<string, unknown>> {
  const object = await jsonIfThere(folder, name, limit)
  if (!object) throw new TuneDeskError('files/missing', { file: name, folder })
  return object
}

function jsonIfThere(folder: string, name: string, limit: number): Promise<Record<string, unknown> | null> {
  return ifThere(folder, name, async (path) => asObject(await readJsonCapped(path, limit), name))
}

/** null when there is no such file; every other difficulty is an error. */
async function ifThere<T>(folder: string, name: string, read: (path: string) => Promise<T>): Promise<T | null> {
  let path
  try {
    path = await containedPath(folder, name)
  } catch (error) {
    if (error instanceof TuneDeskError && error.parameters.reason === 'ENOENT') return null
    throw error
  }
  return read(path)
}

function asObject(json: unknown, file: string): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  throw new TuneDeskError('files/not-json', { file, detail: 'not an object' })
}

/**
 * The `license:` line of the YAML block between two `---` at the beginning of README.md (huggingface.co/docs/hub/model-cards). A README that cannot be
 * read is no reason to refuse a model.
 */
async function licenseOf(folder: string): Promise<string | null> {
  const readme = await ifThere(folder, 'README.md', (path) => readTextCapped(path, MAX_README)).catch(() => null)
  const frontMatter = /^---\r?\n(.*?)\r?\n---/s.exec(readme ?? '')?.[1] ?? ''
  const license = /^license:[ \t]*["']?([\w.+-]+)["']?[ \t]*(?:#.*)?$/m.exec(frontMatter.replaceAll('\r', ''))?.[1]
  return license ?? null
}

async function copyFile(from: string, name: string, output: OutputFolder): Promise<void> {
  const file = await openForReading(from)
  try {
    const { size } = await file.stat()
    if (size > MAX_SIDE_FILE) throw new TuneDeskError('files/too-large', { file: name, size, limit: MAX_SIDE_FILE })
    await output.write(name, async (write) => {
      const piece = new Uint8Array(Math.min(size, IO_CHUNK))
      for (let position = 0; position < size;) {
        const length = await readFully(file, piece, position)
        if (length === 0) throw cannotRead(from, new Error('the file became shorter'))
        await write(piece.subarray(0, Math.min(length, size - position)))
        position += length
      }
    })
  } finally {
    await file.close()
  }
}
