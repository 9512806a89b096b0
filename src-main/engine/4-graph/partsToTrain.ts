import { TuneDeskError } from '../../contract/error.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import type { ModelConfig } from './config.ts'
import { modelParameters } from './parameters.ts'
import { allParameters, linearModules, type TrainedParts } from './trainedParts.ts'

/** The settings that say what LoRA trains, under PEFT's names. Lists are written with commas. */
export type LoraSettings = Pick<
  TrainingSettings,
  'r' | 'lora_alpha' | 'lora_dropout' | 'target_modules' | 'use_rslora' | 'modules_to_save' | 'layers_to_transform'
>

/** What a run with these settings trains. @throws as `loraParts` */
export const partsToTrain = (config: ModelConfig, settings: LoraSettings & Pick<TrainingSettings, 'method'>): TrainedParts =>
  settings.method === 'lora' ? loraParts(config, settings) : fullParts(config, settings)

/** Every weight; or every weight of some layers, and then none of the vocabulary's tables and none of the last norm. */
function fullParts(config: ModelConfig, { layers_to_transform }: Pick<LoraSettings, 'layers_to_transform'>): TrainedParts {
  const layers = layersIn(layers_to_transform, config.layerCount)
  const all = allParameters(config)
  return layers === null ? all : { ...all, parameters: new Set([...all.parameters].filter((name) => layers.has(layerOf(name)))) }
}

/**
 * What PEFT trains by its LoraConfig (peft 0.21, tuners/lora/config.py).
 *
 * A name stands for every module that it is the last part of (check_target_module_exists in tuners_utils.py); `all-linear` for the linear
 * modules of all layers; `layers_to_transform` narrows either; what is in `modules_to_save` is trained whole instead. Where PEFT passes over
 * a name that the model does not have, it is refused here. A table that both embeds and scores stays one where it is trained, as
 * PEFT keeps it with `ensure_weight_tying`.
 * @throws TuneDeskError settings/lora-module-missing, settings/layer-missing, settings/lora-tied-head
 */
export function loraParts(config: ModelConfig, settings: LoraSettings): TrainedParts {
  const { r, lora_alpha, lora_dropout, use_rslora } = settings
  const layers = layersIn(settings.layers_to_transform, config.layerCount)
  const targets = settings.target_modules === 'all-linear' ? null : namesIn(settings.target_modules)
  const saved = namesIn(settings.modules_to_save)
  const linear = linearModules(config)
  const parameters = modelParameters(config).map(({ name }) => name)
  const modules = [...new Set(parameters.flatMap(modulesAround))]

  requireAll('target_modules', targets ?? [], linear)
  if (config.tiedEmbeddings && saved.includes('lm_head')) throw new TuneDeskError('settings/lora-tied-head')
  requireAll('modules_to_save', saved, modules)
  const isSaved = (parameter: string): boolean =>
    modulesAround(parameter).some((module) => saved.some((name) => isNamed(module, name)))
  const isTarget = (module: string): boolean =>
    (targets === null || targets.some((name) => isNamed(module, name))) &&
    (layers === null || layers.has(layerOf(module))) &&
    !isSaved(`${module}.weight`)
  return {
    parameters: new Set(parameters.filter(isSaved)),
    adapters: {
      modules: new Set(linear.filter(isTarget)),
      rank: r,
      // Rank-stabilised: Kalajdzievski 2023, arXiv:2312.03732.
      scale: lora_alpha / (use_rslora ? Math.sqrt(r) : r),
      dropout: lora_dropout,
    },
  }
}

/** A module is named by the end of its path: whole parts of it. */
const isNamed = (module: string, name: string): boolean => module === name || module.endsWith(`.${name}`)

/** The modules that a parameter lies in, the innermost last. */
function modulesAround(parameter: string): string[] {
  const parts = parameter.split('.').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
}

/** The layer that a module or a parameter is in; NaN where it is in none. */
const layerOf = (name: string): number => Number(/^model\.layers\.(\d+)\./.exec(name)?.[1] ?? NaN)

const namesIn = (list: string | null): string[] => list?.split(',').map((name) => name.trim()) ?? []

/** Layers as `0,1,20-23` names them; null: all. */
function layersIn(list: string | null, layerCount: number): Set<number> | null {
  if (list === null) return null
  const layers = list.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number)
    if (Math.max(first, last) >= layerCount || last < first)
      throw new TuneDeskError('settings/layer-missing', { layers: part.trim(), last: layerCount - 1 })
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
  return new Set(layers)
}

function requireAll(setting: string, names: readonly string[], modules: readonly string[]): void {
  const missing = names.find((name) => !modules.some((module) => isNamed(module, name)))
  if (missing === undefined) return
  const choices = [...new Set(modules.map((module) => module.split('.').at(-1) ?? ''))].filter((name) => !/^\d+$/.test(name))
  throw new TuneDeskError('settings/lora-module-missing', { setting, name: missing, choices: choices.join(', ') })
}
