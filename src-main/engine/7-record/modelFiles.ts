import type { OutputFolder } from '../../files/atomicFile.ts'
import { configWithDtype, copySideFiles, type ModelFolder } from '../../files/modelFolder.ts'
import type { Family, ModelConfig } from '../4-graph/config.ts'
import type { Tokenizer } from '../2-tokens/openTokenizer.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import { loraParts } from '../4-graph/partsToTrain.ts'
import { tokenizerOutput } from '../2-tokens/tokenizerOutput.ts'
import { ADAPTER_CONFIG_FILE, adapterConfig } from './adapterFiles.ts'
import { printSortedJson } from './printJson.ts'

/** A file of a trained model's folder, small enough to be kept in memory. */
export interface ModelFile {
  name: string
  content: string | Uint8Array
}

/** transformers 5.23, models/auto/modeling_auto.py, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES. */
const ARCHITECTURES: Record<Family, string> = {
  qwen2: 'Qwen2ForCausalLM',
  llama: 'LlamaForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  mistral: 'MistralForCausalLM',
}

/**
 * Everything of a trained model's folder but its weights: config.json and generation_config.json with the tokenizer's special tokens, the
 * tokenizer with its pad token, and the license texts of the model it began from; of LoRA adapter_config.json as well.
 */
export async function trainedModelFiles(
  base: ModelFolder & { folder: string },
  config: ModelConfig,
  tokenizer: Tokenizer,
  settings: TrainingSettings,
): Promise<ModelFile[]> {
  const { modelConfig, generationConfig } = alignSpecialTokens(base.config, base.generationConfig, tokenizer)
  const { _name_or_path: _, ...saved } = configWithDtype(modelConfig, 'F32')
  const configFile = { ...saved, architectures: [ARCHITECTURES[config.family]], vocab_size: config.vocabularySize }
  return [
    { name: 'config.json', content: printSortedJson(configFile, 2) },
    { name: 'generation_config.json', content: printSortedJson(generationConfig, 2) },
    ...tokenizerOutput(tokenizer).map(({ name, text }) => ({ name, content: text })),
    ...(await legalFiles(base.folder)),
    ...(settings.method === 'lora'
      ? [{ name: ADAPTER_CONFIG_FILE, content: adapterConfig(config, loraParts(config, settings), settings, base.folder) }]
      : []),
  ]
}

export async function writeModelFiles(output: OutputFolder, files: readonly ModelFile[]): Promise<void> {
  for (const { name, content } of files) await output.write(name, content)
}

type Json = Record<string, unknown>

/**
 * The model's end, begin and pad tokens become the tokenizer's. An end mark is only ever added to a list of them; a token that the
 * tokenizer does not have stays as the model says.
 * Source: transformers 5.23, trainer_utils.py, align_special_tokens and _align_special_token.
 */
export function alignSpecialTokens(
  config: Readonly<Json>,
  generation: Readonly<Json> | null,
  tokenizer: Pick<Tokenizer, 'eosId' | 'bosId' | 'padId'>,
): { modelConfig: Json; generationConfig: Json } {
  const modelConfig: Json = { ...config }
  // Without a file transformers makes it of the config's own tokens (GenerationConfig.from_model_config).
  const generationConfig: Json = generation ? { ...generation } : { _from_model_config: true }
  const names = ['eos_token_id', 'bos_token_id', 'pad_token_id'] as const
  if (!generation) for (const name of names) if (isThere(config[name])) generationConfig[name] = config[name]

  const align = (name: (typeof names)[number], id: number | null): void => {
    if (id === null) return
    const several = name === 'eos_token_id'
    const inConfig = listOf(modelConfig[name])
    const inGeneration = listOf(generationConfig[name])
    if (inConfig.includes(id) && inGeneration.includes(id)) return
    const withOthers = (ids: unknown[]): unknown[] => [id, ...ids.filter((other) => isThere(other) && other !== id)]
    modelConfig[name] = several && Array.isArray(modelConfig[name]) ? withOthers(inConfig) : id
    generationConfig[name] = several ? withOthers(inGeneration) : id
  }
  align('eos_token_id', tokenizer.eosId)
  align('bos_token_id', tokenizer.bosId)
  align('pad_token_id', tokenizer.padId)
  return { modelConfig, generationConfig }
}

const isThere = (value: unknown): boolean => value !== null && value !== undefined
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

/** Made anew by `tokenizerOutput` and `alignSpecialTokens`, or the old form of something that is. */
const MADE_ANEW = /^(tokenizer|vocab|merges|added_tokens|special_tokens_map|chat_template|generation_config)[._]/

async function legalFiles(folder: string): Promise<ModelFile[]> {
  const files: ModelFile[] = []
  await copySideFiles(folder, {
    async write(name, content) {
      if (MADE_ANEW.test(name)) return
      if (typeof content !== 'function') {
        files.push({ name, content })
        return
      }
      const pieces: Uint8Array[] = []
      await content(async (piece) => {
        pieces.push(piece.slice())
      })
      files.push({ name, content: Buffer.concat(pieces) })
    },
  })
  return files
}
