import { TuneDeskError } from '../../contract/error.ts'
import { readModelFolder } from '../../files/modelFolder.ts'
import { openWeights } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { parseConfig } from '../4-graph/parseConfig.ts'
import { allParameters, trainedParameters, type TrainedParts } from '../4-graph/trainedParts.ts'
import type { FrozenWeights } from '../6-train/modelWeights.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import { adapterParts, isAdapterFolder, readAdapter, readAdapterWeights } from '../7-record/adapterFiles.ts'
import { openDecoderSession, openFedDecoder, type FedWeights, type TokenReader } from './decoderSession.ts'
import type { Precision } from './inferenceGraph.ts'

/**
 * Positions that a conversation may have at most, however many a model allows: there keys and values alone take 0.8 GB in a model of half a
 * billion weights, and the rotary tables grow with it, 256 bytes a position.
 */
const MAX_CONTEXT = 32_768

/** A model that is ready to answer. */
export interface InferenceModel {
  /** config.json and generation_config.json as they are. */
  readonly files: { config: Record<string, unknown>; generationConfig: Record<string, unknown> }
  /** Tokens of prompt and answer together. */
  readonly contextLength: number
  readonly decoder: TokenReader
}

/** One that lies in a folder. */
export interface OpenedModel extends InferenceModel {
  readonly config: ModelConfig
  close(): Promise<void>
}

/** One that is being trained. */
export interface FedModel {
  /** The model as it is with these weights, all that are fed; they may not change while it answers. */
  over(weights: AsyncIterable<NamedTensor>): Promise<InferenceModel>
  close(): Promise<void>
}

interface OpeningOptions {
  /** Of the processor; all of them unless given. */
  threads?: number
  /** 'int8': a quarter of the memory traffic, at a small loss of quality; opening takes longer. float32 unless given. */
  precision?: Precision
}

/**
 * Opens a model folder for generation, or an adapter's folder: then the model that it belongs to, with the adapter beside it. float32 weights
 * are read where they lie in the file, mapped into memory and never copied; float16 and bfloat16 ones are widened when the session is made.
 * @throws TuneDeskError files/…, weights/…, config/…, adapters/…, model/tensor-missing, model/tensor-shape
 */
export async function openModel(folder: string, options: OpeningOptions = {}): Promise<OpenedModel> {
  const adapter = (await isAdapterFolder(folder)) ? await readAdapter(folder) : null
  const baseFolder = adapter?.baseFolder ?? folder
  const { config: json, generationConfig } = await readModelFolder(baseFolder)
  const config = parseConfig(json)
  const contextLength = Math.min(config.maxPositions, MAX_CONTEXT)
  const fed = adapter ? await fedWeights(config, adapterParts(config, adapter), readAdapterWeights(folder)) : undefined
  const weights = await openWeights(baseFolder)
  try {
    const decoder = await openDecoderSession(config, weights, { ...options, contextLength }, fed)
    return {
      config,
      files: { config: json, generationConfig: generationConfig ?? {} },
      contextLength,
      decoder,
      close: () => decoder.close(),
    }
  } finally {
    await weights.close()
  }
}

/** The tensors of these parts, picked out and checked. @throws TuneDeskError model/tensor-missing, model/tensor-shape */
async function fedWeights(config: ModelConfig, parts: TrainedParts, weights: AsyncIterable<NamedTensor>): Promise<FedWeights> {
  const shapes = new Map(trainedParameters(config, parts).map(({ name, shape }) => [name, shape]))
  const tensors: NamedTensor[] = []
  for await (const tensor of weights) {
    const wanted = shapes.get(tensor.name)
    if (!wanted) continue
    if (wanted.join() !== tensor.shape.join()) {
      const [found, expected] = [tensor.shape.join(' × '), wanted.join(' × ')]
      throw new TuneDeskError('model/tensor-shape', { name: tensor.name, found, wanted: expected })
    }
    shapes.delete(tensor.name)
    tensors.push(tensor)
  }
  const [missing] = shapes.keys()
  if (missing !== undefined) throw new TuneDeskError('model/tensor-missing', { name: missing, count: shapes.size })
  return { parts, tensors }
}

/**
 * @param files as of the folder that the model will have
 * @param partial what is fed, and where the rest lies; all of the model is fed unless given
 */
export async function openFedModel(
  config: ModelConfig,
  files: InferenceModel['files'],
  partial?: { parts: TrainedParts; frozen: FrozenWeights },
): Promise<FedModel> {
  const contextLength = Math.min(config.maxPositions, MAX_CONTEXT)
  const parts = partial?.parts ?? allParameters(config)
  const decoder = await openFedDecoder(config, parts, partial?.frozen ?? null, { contextLength })
  return {
    async over(weights) {
      const { tensors } = await fedWeights(config, parts, weights)
      return { files, contextLength, decoder: decoder.over(tensors) }
    },
    close: () => decoder.close(),
  }
}
