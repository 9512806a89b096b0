import { availableParallelism } from 'node:os'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeOnnx } from '../../files/onnx.ts'
import type { Weights } from '../../files/safetensors.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { inferenceGraph, paddedHeadSize, pastName, presentName } from './inferenceGraph.ts'

/** Keys and values of the tokens so far. A value: any number of continuations may start from it. */
export interface KeyValueCache {
  readonly length: number
  readonly tensors: Readonly<Record<string, Tensor>>
}

export interface DecoderStep {
  /** Scores of what follows each of the last tokens that were asked for, [kept, vocabulary]. */
  logits: Float32Array
  cache: KeyValueCache
}

/** A model that reads tokens and scores what comes next. */
export interface DecoderSession {
  readonly emptyCache: KeyValueCache
  /**
   * Reads `ids` behind what the cache holds. Computes on all threads without a pause; the event loop turns once before it.
   * @param logitsToKeep for how many of the last ids scores are wanted; at least 1
   */
  read(ids: readonly TokenId[], cache: KeyValueCache, logitsToKeep?: number): Promise<DecoderStep>
  close(): Promise<void>
}

/**
 * onnxruntime over the weights of a model folder. float32 weights are mapped into memory, not read: they take room only as the system's file
 * cache; 16-bit weights are widened into memory of our own.
 * @param options.contextLength how many tokens a cache may hold at most
 * @param options.threads of the processor; all of them unless given
 */
export async function openDecoderSession(
  config: ModelConfig,
  { folder, tensors }: Pick<Weights, 'folder' | 'tensors'>,
  { contextLength, threads = availableParallelism() }: { contextLength: number; threads?: number },
): Promise<DecoderSession> {
  const session = await InferenceSession.create(encodeOnnx(inferenceGraph(config, tensors, contextLength)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    intraOpNumThreads: threads,
    extra: {
      session: {
        model_external_initializers_file_folder_path: folder,
        // Prepacking copies every matrix; without it Gemm reads the mapped file, as fast.
        disable_prepacking: '1',
        intra_op: { allow_spinning: '0' },
      },
    },
  })
  const layers = Array.from({ length: config.layerCount }, (_, layer) => layer)
  const parts = ['key', 'value'] as const
  const emptyShape = [1, config.keyValueHeadCount, 0, paddedHeadSize(config)]

  return {
    emptyCache: {
      length: 0,
      tensors: Object.fromEntries(
        layers.flatMap((layer) =>
          parts.map((part) => [pastName(layer, part), new Tensor('float32', new Float32Array(), emptyShape)]),
        ),
      ),
    },
    async read(ids, cache, logitsToKeep = 1) {
      const length = cache.length + ids.length
      const results = await session.run({
        ...cache.tensors,
        input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
        attention_mask: new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]),
        num_logits_to_keep: new Tensor('int64', BigInt64Array.of(BigInt(logitsToKeep)), []),
      })
      const result = (name: string): Tensor => {
        const tensor = results[name]
        if (!tensor) throw new Error(`the decoder gives no ${name}`)
        return tensor
      }
      return {
        logits: result('logits').data as Float32Array,
        cache: {
          length,
          tensors: Object.fromEntries(
            layers.flatMap((layer) => parts.map((part) => [pastName(layer, part), result(presentName(layer, part))])),
          ),
        },
      }
    },
    close: () => session.release(),
  }
}
