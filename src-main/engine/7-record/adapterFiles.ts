import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import { containedPath } from '../../files/containment.ts'
import { MAX_CONFIG_JSON } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'
import { openSafetensors } from '../../files/readSafetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { loraParts, type LoraSettings } from '../4-graph/partsToTrain.ts'
import { EMBEDDING } from '../4-graph/parameters.ts'
import { linearModules, type TrainedParts } from '../4-graph/trainedParts.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import { printSortedJson } from './printJson.ts'

export const ADAPTER_CONFIG_FILE = 'adapter_config.json'
export const ADAPTER_WEIGHTS_FILE = 'adapter_model.safetensors'
/** What PEFT puts before the name of every tensor: PeftModel.base_model, LoraModel.model. */
export const PEFT_PREFIX = 'base_model.model.'
const PEFT_VERSION = '0.21.2'

/** adapter_config.json as PEFT's LoraConfig.save_pretrained writes it, with what we set; the rest has PEFT's defaults. */
export function adapterConfig(config: ModelConfig, parts: TrainedParts, settings: TrainingSettings, baseFolder: string): string {
  const lastName = (module: string): string => module.split('.').at(-1) ?? module
  const { r, lora_alpha, lora_dropout, use_rslora, layers_to_transform, modules_to_save } = settings
  const saved = modules_to_save?.split(',').map((name) => name.trim()) ?? null
  const targets =
    settings.target_modules === 'all-linear' ? linearModules(config).map(lastName) : settings.target_modules.split(',')
  return printSortedJson(
    {
      base_model_name_or_path: baseFolder,
      bias: 'none',
      ensure_weight_tying: config.tiedEmbeddings && parts.parameters.has(EMBEDDING),
      fan_in_fan_out: false,
      inference_mode: true,
      init_lora_weights: true,
      layers_pattern: null,
      layers_to_transform: layers_to_transform === null ? null : layersOf(parts),
      lora_alpha,
      lora_bias: false,
      lora_dropout,
      modules_to_save: saved,
      peft_type: 'LORA',
      peft_version: PEFT_VERSION,
      r,
      revision: null,
      target_modules: [...new Set(targets.map((name) => name.trim()))].sort(),
      task_type: 'CAUSAL_LM',
      use_dora: false,
      use_rslora,
    },
    2,
  )
}

const layersOf = ({ adapters }: TrainedParts): number[] =>
  [...new Set([...(adapters?.modules ?? [])].map((module) => Number(module.split('.')[2])))].sort((a, b) => a - b)

/** An adapter's folder as PEFT writes it, or we. */
export interface Adapter {
  folder: string
  settings: LoraSettings
  /** The folder of the model that it belongs to. */
  baseFolder: string
  /** Whether a table that embeds and scores is trained as one. */
  keepsTablesTied: boolean
}

const names = z.array(z.string()).nullish()
const CONFIG = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullable(),
  r: z.int().min(1),
  lora_alpha: z.number(),
  lora_dropout: z.number().default(0),
  use_rslora: z.boolean().default(false),
  target_modules: z.union([z.string(), z.array(z.string())]).nullish(),
  modules_to_save: names,
  layers_to_transform: z.union([z.int(), z.array(z.int())]).nullish(),
  ensure_weight_tying: z.boolean().nullish(),
})

/** Options of PEFT's LoRA that change what an adapter computes and that we do not have; each must be off. */
const UNSUPPORTED = [
  'use_dora',
  'lora_bias',
  'rank_pattern',
  'alpha_pattern',
  'layers_pattern',
  'exclude_modules',
  'target_parameters',
  'trainable_token_indices',
  'layer_replication',
  'alora_invocation_tokens',
  'use_qalora',
  'use_bdlora',
  'velora_config',
  'kasa_config',
  'monteclora_config',
  'arrow_config',
] as const

export const isAdapterFolder = (folder: string): Promise<boolean> =>
  stat(join(folder, ADAPTER_CONFIG_FILE)).then(
    () => true,
    () => false,
  )

/**
 * @param baseFolder where the model lies that it belongs to, if not where its config says
 * @throws TuneDeskError adapters/unsupported, adapters/no-base, adapters/damaged, files/…
 */
export async function readAdapter(folder: string, baseFolder?: string): Promise<Adapter> {
  const parsed = CONFIG.safeParse(await readJsonCapped(await containedPath(folder, ADAPTER_CONFIG_FILE), MAX_CONFIG_JSON))
  if (!parsed.success) throw new TuneDeskError('adapters/damaged', { folder, file: ADAPTER_CONFIG_FILE }, { cause: parsed.error })
  const config = parsed.data
  const refuse = (option: string, value: unknown): never => {
    throw new TuneDeskError('adapters/unsupported', { folder, option, value: JSON.stringify(value).slice(0, 80) })
  }
  if (config.peft_type !== 'LORA') refuse('peft_type', config.peft_type)
  if (typeof config['bias'] === 'string' && config['bias'] !== 'none') refuse('bias', config['bias'])
  for (const option of UNSUPPORTED) if (isOn(config[option])) refuse(option, config[option])
  const targets = config.target_modules ?? refuse('target_modules', null)
  // PEFT reads any other text as a regular expression.
  if (typeof targets === 'string' && targets !== 'all-linear') refuse('target_modules', targets)
  const layers = config.layers_to_transform ?? null
  return {
    folder,
    settings: {
      r: config.r,
      lora_alpha: config.lora_alpha,
      lora_dropout: config.lora_dropout,
      use_rslora: config.use_rslora,
      target_modules: typeof targets === 'string' ? targets : targets.join(','),
      modules_to_save: config.modules_to_save?.length ? config.modules_to_save.join(',') : null,
      layers_to_transform: layers === null || (Array.isArray(layers) && layers.length === 0) ? null : [layers].flat().join(','),
    },
    baseFolder: baseFolder ?? (await baseOf(folder, config.base_model_name_or_path)),
    keepsTablesTied: config.ensure_weight_tying === true,
  }
}

/** The name of a model on the Hub is no folder here, and nothing is downloaded. */
async function baseOf(folder: string, name: string | null): Promise<string> {
  const path = name === null ? null : isAbsolute(name) ? name : resolve(folder, name)
  if (path === null || !(await stat(path).catch(() => null))?.isDirectory())
    throw new TuneDeskError('adapters/no-base', { folder, base: name ?? '' })
  return path
}

function isOn(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/**
 * What of its model an adapter replaces or adds to.
 * @throws TuneDeskError adapters/unsupported where PEFT would part a table that embeds and scores; settings/lora-… where the model is another one
 */
export function adapterParts(config: ModelConfig, { folder, settings, keepsTablesTied }: Adapter): TrainedParts {
  const parts = loraParts(config, settings)
  if (config.tiedEmbeddings && parts.parameters.has(EMBEDDING) && !keepsTablesTied)
    throw new TuneDeskError('adapters/unsupported', { folder, option: 'ensure_weight_tying', value: 'false' })
  return parts
}

/** The tensors of an adapter one after another, as float32, under the model's names. */
export async function* readAdapterWeights(folder: string): AsyncGenerator<NamedTensor> {
  const file = await openSafetensors(await containedPath(folder, ADAPTER_WEIGHTS_FILE), ADAPTER_WEIGHTS_FILE)
  try {
    for (const tensor of file.tensors.values())
      yield { name: tensor.name.replace(PEFT_PREFIX, ''), shape: tensor.shape, data: await file.read(tensor) }
  } finally {
    await file.close()
  }
}
