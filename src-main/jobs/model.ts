import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { modelParameters, type ParameterShape } from '../engine/4-graph/parameters.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import type { Family, ModelConfig } from '../engine/4-graph/config.ts'
import { readModelFolder } from '../files/modelFolder.ts'

/** The word that stands for the model that ships with the app, wherever a model folder is asked for. */
export const STARTER = 'starter'

export interface ModelSummary {
  folder: string
  name: string
  family: Family
  parameterCount: number
  /** Tokens that it was made to read at most. */
  maxPositions: number
  hasChatTemplate: boolean
  license: string | null
}

export const starterFolder = (resources: string): string => join(resources, 'starter-model')

/** The folder that a person means: a path, or the starter model by its name where no such folder lies here. */
export async function modelFolderOf(given: string, resources: string): Promise<string> {
  if (given !== STARTER) return resolve(given)
  const found = await stat(given).catch(() => null)
  return found ? resolve(given) : starterFolder(resources)
}

const elementsOf = (tensors: readonly ParameterShape[]): number =>
  tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)

/** Weights of the model. */
export const parameterCountOf = (config: ModelConfig): number => elementsOf(modelParameters(config))

/** @throws TuneDeskError files/… and config/…, where the folder holds no model that can be trained */
export async function describeModel(folder: string): Promise<ModelSummary> {
  const { config, tokenizerConfig, chatTemplate, license } = await readModelFolder(folder)
  const parsed = parseConfig(config)
  return {
    folder,
    name: basename(resolve(folder)),
    family: parsed.family,
    parameterCount: modelParameters(parsed).reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    maxPositions: parsed.maxPositions,
    hasChatTemplate: chatTemplate !== null || tokenizerConfig['chat_template'] !== undefined,
    license,
  }
}
