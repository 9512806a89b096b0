import { readModelFolder } from '../../files/modelFolder.ts'
import { openWeights } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { parseConfig } from '../4-graph/parseConfig.ts'
import { openDecoderSession, type DecoderSession } from './decoderSession.ts'

/**
 * Positions that a conversation may have at most, however many a model allows: there keys and values alone take 0.8 GB in a model of half a
 * billion weights, and the rotary tables grow with it, 256 bytes a position.
 */
const MAX_CONTEXT = 32_768

/** A model that is ready to answer. */
export interface InferenceModel {
  readonly config: ModelConfig
  /** config.json and generation_config.json as they are. */
  readonly files: { config: Record<string, unknown>; generationConfig: Record<string, unknown> }
  /** Tokens of prompt and answer together. */
  readonly contextLength: number
  readonly decoder: DecoderSession
  close(): Promise<void>
}

/**
 * Opens a model folder for generation. float32 weights are read where they lie in the file, mapped into memory and never copied;
 * float16 and bfloat16 ones are widened when the session is made.
 * @throws TuneDeskError files/…, weights/…, config/…, model/tensor-missing, model/tensor-shape
 */
export async function openModel(folder: string, options: { threads?: number } = {}): Promise<InferenceModel> {
  const { config: json, generationConfig } = await readModelFolder(folder)
  const config = parseConfig(json)
  const contextLength = Math.min(config.maxPositions, MAX_CONTEXT)
  const weights = await openWeights(folder)
  try {
    const decoder = await openDecoderSession(config, weights, { ...options, contextLength })
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
