import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const GOLDEN = fileURLToPath(new URL('../../../golden/data/', import.meta.url))

/** What tests change in a tokenizer.json. */
export interface TokenizerJson {
  added_tokens: { single_word: boolean }[]
  pre_tokenizer: { pretokenizers: { behavior: string }[] }
  model: { type?: string; dropout: number | null; vocab: Record<string, number> }
}

export interface Changes {
  tokenizer?: (json: TokenizerJson) => void
  /** Fields of tokenizer_config.json; undefined takes one out. */
  config?: Record<string, unknown>
  /** Other files, or files of other content. */
  files?: Record<string, string>
}

/** Copies a tokenizer of the golden set, changes its files, and hands the copy to a test. */
export async function withTokenizerFolder(
  source: 'qwen2' | 'tokenizers/digits' | 'tokenizers/sentencepiece' | 'tokenizers/words',
  { tokenizer: change, config: fields, files = {} }: Changes,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tokenizer-'))
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown
  try {
    await cp(join(GOLDEN, source), folder, { recursive: true, filter: (path) => !path.endsWith('.safetensors') })
    const tokenizer = (await json('tokenizer.json')) as TokenizerJson
    change?.(tokenizer)
    const config = { ...((await json('tokenizer_config.json')) as object), ...fields }
    const texts = { 'tokenizer.json': JSON.stringify(tokenizer), 'tokenizer_config.json': JSON.stringify(config), ...files }
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
    await check(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
