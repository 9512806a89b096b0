import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import { containedPath } from '../../files/containment.ts'
import { MAX_CONFIG_JSON, MAX_TOKENIZER_JSON } from '../../files/limits.ts'
import { readJsonCapped, readTextCapped } from '../../files/readFile.ts'

/** Real templates have up to 20 kB; they are parsed and run for every row. */
const MAX_CHAT_TEMPLATE = 1_000_000

const addedTokenSchema = z.object({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
})

/** What this room looks at in `tokenizer.json`; the rest is the tokenizer library's. */
const tokenizerJsonSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: z.looseObject({ type: z.string() }).nullable().default(null),
  pre_tokenizer: z.looseObject({ type: z.string() }).nullable().default(null),
  post_processor: z.looseObject({ type: z.string() }).nullable().default(null),
  decoder: z.looseObject({ type: z.string() }).nullable().default(null),
  model: z.looseObject({
    type: z.string().optional(),
    /** token → id, or for Unigram a list of [token, score]. */
    vocab: z.union([z.record(z.string(), z.int().nonnegative()), z.array(z.unknown())]),
  }),
})

const specialTokenSchema = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])

const tokenizerConfigSchema = z.looseObject({
  bos_token: specialTokenSchema.nullish(),
  eos_token: specialTokenSchema.nullish(),
  unk_token: specialTokenSchema.nullish(),
  sep_token: specialTokenSchema.nullish(),
  pad_token: specialTokenSchema.nullish(),
  cls_token: specialTokenSchema.nullish(),
  mask_token: specialTokenSchema.nullish(),
  additional_special_tokens: z.array(specialTokenSchema).nullish(),
  extra_special_tokens: z.union([z.array(specialTokenSchema), z.record(z.string(), specialTokenSchema)]).nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), addedTokenSchema.omit({ id: true })).nullish(),
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
})

/** `generation_config.json` and `config.json` name the end mark where the tokenizer does not. */
const endMarkSchema = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })

export type TokenizerJson = z.output<typeof tokenizerJsonSchema>
export type AddedToken = z.output<typeof addedTokenSchema>
export type TokenizerConfig = z.output<typeof tokenizerConfigSchema>

/** A tokenizer's folder, read and checked. */
export interface TokenizerFiles {
  folder: string
  tokenizerJson: TokenizerJson
  /** As in the file; `{}` where there is none. */
  rawConfig: Record<string, unknown>
  /** The special tokens as transformers resolves them from tokenizer_config.json and special_tokens_map.json. */
  config: TokenizerConfig
  rawSpecialTokensMap: Record<string, unknown> | null
  /** `chat_template.jinja`. */
  chatTemplateFile: string | null
  /** Ids of end marks by `generation_config.json`, else `config.json`. */
  modelEosIds: number[]
}

/**
 * Reads a Hugging Face tokenizer's folder. Only `tokenizer.json` must be there.
 * @throws TuneDeskError tokenizer/missing, tokenizer/damaged, and what reading files throws
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new TuneDeskError('files/not-a-folder', { path: folder }, { cause })
  })
  if (!names.includes('tokenizer.json')) throw new TuneDeskError('tokenizer/missing', { folder })

  const json = async <Output>(
    name: string,
    schema: z.ZodType<Output>,
    limit: number,
  ): Promise<{ raw: unknown; value: Output } | null> => {
    if (!names.includes(name)) return null
    const raw = await readJsonCapped(await containedPath(folder, name), limit)
    const parsed = schema.safeParse(raw)
    if (parsed.success) return { raw, value: parsed.data }
    const [issue] = parsed.error.issues
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : ''
    throw new TuneDeskError('tokenizer/damaged', { file: join(folder, name), reason }, { cause: parsed.error })
  }
  const record = z.record(z.string(), z.unknown())

  const tokenizerJson = await json('tokenizer.json', tokenizerJsonSchema, MAX_TOKENIZER_JSON)
  const config = await json('tokenizer_config.json', tokenizerConfigSchema, MAX_CONFIG_JSON)
  const map = await json('special_tokens_map.json', tokenizerConfigSchema, MAX_CONFIG_JSON)
  const generation = await json('generation_config.json', endMarkSchema, MAX_CONFIG_JSON)
  const model = await json('config.json', endMarkSchema, MAX_CONFIG_JSON)
  if (!tokenizerJson) throw new TuneDeskError('tokenizer/missing', { folder })
  const rawConfig = record.parse(config?.raw ?? {})
  const eos = generation?.value.eos_token_id ?? model?.value.eos_token_id ?? []
  return {
    folder,
    tokenizerJson: tokenizerJson.value,
    rawConfig,
    // transformers reads special_tokens_map.json only where the config has no added_tokens_decoder, and then prefers it
    // (tokenization_utils_base.py, PreTrainedTokenizerBase._from_pretrained).
    config: { ...config?.value, ...(config?.value.added_tokens_decoder ? {} : map?.value) },
    rawSpecialTokensMap: map ? record.parse(map.raw) : null,
    chatTemplateFile: names.includes('chat_template.jinja')
      ? await readTextCapped(await containedPath(folder, 'chat_template.jinja'), MAX_CHAT_TEMPLATE)
      : null,
    modelEosIds: typeof eos === 'number' ? [eos] : eos,
  }
}
