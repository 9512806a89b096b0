import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { TuneDeskError } from '../../contract/error.ts'
import { readModelFolder } from '../../files/modelFolder.ts'
import { encodeOnnx } from '../../files/onnx.ts'
import { openWeights } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import { parseConfig } from '../4-graph/parseConfig.ts'
import { inferenceGraph } from './inferenceGraph.ts'

/** Positions that a conversation may have at most; the rotary tables grow with it, 256 bytes a position. */
const MAX_CONTEXT = 32_768

/** A model that is ready to answer. */
export interface InferenceModel {
  readonly config: ModelConfig
  /** config.json and generation_config.json as they are. */
  readonly files: { config: Record<string, unknown>; generationConfig: Record<string, unknown> }
  /** Tokens of prompt and answer together. */
  readonly contextLength: number
  readonly session: ort.InferenceSession
  close(): Promise<void>
}

/**
 * Opens a model folder for generation. float32 weights are read where they lie in the file, mapped into memory and never copied;
 * float16 and bfloat16 ones are widened when the session is made.
 * @throws TuneDeskError files/…, weights/…, config/…, model/tensor-missing
 */
export async function openModel(folder: string, options: { threads?: number } = {}): Promise<InferenceModel> {
  const { config: json, generationConfig } = await readModelFolder(folder)
  const config = parseConfig(json)
  const weights = await openWeights(folder)
  try {
    const missing = modelParameters(config).filter(({ name }) => !weights.tensors.has(name))
    if (missing[0]) throw new TuneDeskError('model/tensor-missing', { name: missing[0].name, count: missing.length })
    for (const { name, shape } of modelParameters(config)) {
      const found = weights.tensors.get(name)?.shape ?? []
      if (found.join() !== shape.join())
        throw new TuneDeskError('model/tensor-shape', { name, found: found.join(' × '), wanted: shape.join(' × ') })
    }
    const contextLength = Math.min(config.maxPositions, MAX_CONTEXT)
    const session = await ort.InferenceSession.create(encodeOnnx(inferenceGraph(config, weights.tensors, contextLength)), {
      executionProviders: ['cpu'],
      intraOpNumThreads: options.threads ?? availableParallelism(),
      logSeverityLevel: 3,
      extra: {
        session: {
          model_external_initializers_file_folder_path: weights.folder,
          // Packing would copy every weight; Gemm reads them as they are, at the same speed.
          disable_prepacking: '1',
          intra_op: { allow_spinning: '0' },
        },
      },
    })
    return {
      config,
      files: { config: json, generationConfig: generationConfig ?? {} },
      contextLength,
      session,
      close: () => session.release(),
    }
  } finally {
    await weights.close()
  }
}
