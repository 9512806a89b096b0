import { availableParallelism } from 'node:os'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeOnnx, type OnnxGraph } from '../../files/onnx.ts'
import type { Weights } from '../../files/safetensors.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import { NO_PARTS, type TrainedParts } from '../4-graph/trainedParts.ts'
import { createKernelThreads } from '../5-exec/kernelThreads.ts'
import { BLOCK_SIZE, blocksOf } from '../5-exec/quantiseBlocks.ts'
import type { FrozenWeights } from '../6-train/modelWeights.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import {
  appendedName,
  bytesFile,
  CACHE_PARTS,
  inferenceGraph,
  paddedHeadSize,
  pastName,
  scalesFile,
  type Precision,
} from './inferenceGraph.ts'
import { keepCaches } from './keptCaches.ts'
import { append, reserve, type KeyValueCache } from './keyValueCache.ts'

/** A text that is being read. */
export interface Reading {
  /** How many tokens have been read: of a text that begins like an earlier one, not 0 from the start. */
  readonly length: number
  /**
   * Reads on. Computes on all threads without a pause; the event loop turns once before it.
   * @param logitsToKeep for how many of the last ids scores are wanted; at least 1
   * @returns scores of what follows each of these, [kept, vocabulary]
   */
  read(ids: readonly TokenId[], logitsToKeep?: number): Promise<Float32Array>
  /** Forgets all but the first `length` tokens, where more were read: what comes next goes on from there. */
  cut(length: number): void
  /** What was read stays remembered, for a text that begins alike. */
  end(): void
}

/** A model that reads tokens and scores what comes next. */
export interface TokenReader {
  /**
   * Begins a text, to be ended by whoever began it. Several may be read side by side.
   * @param ids its first tokens as far as they are known: as many of them as an earlier text began with, all but the last at most, are not to
   * be read again
   */
  begin(ids: readonly TokenId[]): Reading
}

export interface DecoderSession extends TokenReader {
  close(): Promise<void>
}

/** Weights that are handed in beside those of a folder, or instead of them. */
export interface FedWeights {
  parts: TrainedParts
  /** All tensors of these parts. */
  tensors: readonly NamedTensor[]
}

interface SessionOptions {
  /** How many tokens a text may have at most. */
  contextLength: number
  /** Of the processor; all of them unless given. */
  threads?: number
}

/**
 * onnxruntime over the weights of a model folder. float32 weights are mapped into memory, not read: they take room only as the system's file
 * cache; 16-bit weights are widened into memory of our own. With 'int8' the matrices are read, and kept in a byte a number and a scale for
 * every 32 of them.
 * @param fed what is handed in instead: an adapter
 */
export async function openDecoderSession(
  config: ModelConfig,
  weights: Pick<Weights, 'folder' | 'tensors' | 'read'>,
  { precision = 'float32', ...options }: SessionOptions & { precision?: Precision },
  fed: FedWeights = { parts: NO_PARTS, tensors: [] },
): Promise<DecoderSession> {
  const graph = inferenceGraph(config, weights.tensors, options.contextLength, precision, fed.parts)
  const session =
    precision === 'int8'
      ? // Here onnxruntime arranges the bytes for its products, in memory of its own: ours are garbage afterwards.
        await createSession(graph, options, {}, await int8Files(config, weights, fed.parts))
      : // Prepacking copies every matrix; without it Gemm reads the mapped file, as fast.
        await createSession(graph, options, {
          model_external_initializers_file_folder_path: weights.folder,
          disable_prepacking: '1',
        })
  return { ...readerOver(config, session, feedsOf(fed.tensors)), close: () => session.release() }
}

/** A decoder that is being trained, asked between two optimizer steps. */
export interface FedDecoder {
  /** Over these weights, all that are fed: they are read where they are, and may not change until the last answer. */
  over(weights: readonly NamedTensor[]): TokenReader
  close(): Promise<void>
}

/**
 * onnxruntime over weights that are handed in: nothing is written, and nothing copied.
 * @param base where all others lie, mapped as those of `openDecoderSession`; null where there are none
 */
export async function openFedDecoder(
  config: ModelConfig,
  parts: TrainedParts,
  base: FrozenWeights | null,
  options: SessionOptions,
): Promise<FedDecoder> {
  const graph = inferenceGraph(config, base?.tensors ?? new Map(), options.contextLength, 'float32', parts)
  const session = await createSession(graph, options, {
    disable_prepacking: '1',
    ...(base ? { model_external_initializers_file_folder_path: base.folder } : {}),
  })
  return { over: (weights) => readerOver(config, session, feedsOf(weights)), close: () => session.release() }
}

const feedsOf = (weights: readonly NamedTensor[]): Record<string, Tensor> =>
  Object.fromEntries(weights.map(({ name, shape, data }) => [name, new Tensor('float32', data, shape)]))

function createSession(
  graph: OnnxGraph,
  { threads = availableParallelism() }: SessionOptions,
  entries: Record<string, string>,
  externalData: readonly MemoryFile[] = [],
): Promise<InferenceSession> {
  return InferenceSession.create(encodeOnnx(graph), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    intraOpNumThreads: threads,
    extra: {
      session: { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1', ...entries },
    },
    ...(externalData.length > 0 ? { externalData } : {}),
  })
}

interface MemoryFile {
  path: string
  data: Uint8Array
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** All weights, the matrices in 8 bits: while one of them is rounded in a thread of its own, the next is read. */
async function int8Files(config: ModelConfig, { read }: Pick<Weights, 'read'>, fed: TrainedParts): Promise<MemoryFile[]> {
  const files: MemoryFile[] = []
  const thread = createKernelThreads(1)
  const quantise = async (name: string, values: Float32Array<ArrayBuffer>): Promise<void> => {
    const arrays = [values, new Uint8Array(values.length), new Float32Array(values.length / BLOCK_SIZE)]
    const [result] = await thread.run([{ kernel: 'quantiseBlocks', arrays, numbers: [] }])
    const [, codes, scales] = result?.arrays ?? []
    if (!(codes instanceof Uint8Array) || !(scales instanceof Float32Array)) throw new Error('the kernel gives codes and scales')
    files.push({ path: bytesFile(name), data: codes }, { path: scalesFile(name), data: bytesOf(scales) })
  }
  let quantising = Promise.resolve()
  try {
    for (const { name, shape } of modelParameters(config)) {
      if (fed.parameters.has(name)) continue
      const [rows = 0, columns] = shape
      const values = await read(name)
      await quantising
      if (columns === undefined) files.push({ path: name, data: bytesOf(values) })
      else quantising = quantise(name, inWholeBlocks(values, rows, columns))
    }
    await quantising
  } finally {
    await thread.close()
  }
  return files
}

/** A matrix whose rows are filled up with zeros to a multiple of the block, as MatMulNBits has them. */
function inWholeBlocks(matrix: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const width = blocksOf(columns) * BLOCK_SIZE
  if (width === columns && matrix.buffer instanceof ArrayBuffer) return matrix as Float32Array<ArrayBuffer>
  const filled = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) filled.set(matrix.subarray(row * columns, (row + 1) * columns), row * width)
  return filled
}

/** @param weights what is fed with every call */
function readerOver(config: ModelConfig, session: InferenceSession, weights: Readonly<Record<string, Tensor>>): TokenReader {
  const parts = Array.from({ length: config.layerCount }, (_, layer) => CACHE_PARTS.map((part) => [layer, part] as const)).flat()
  const shape = { arrays: parts.length, heads: config.keyValueHeadCount, headSize: paddedHeadSize(config) }
  const caches = keepCaches(shape)
  // Of the outputs only these: whatever onnxruntime gives back is copied, and the copies of whole caches would be garbage with every token.
  const outputs = ['logits', ...parts.map(([layer, part]) => appendedName(layer, part))]
  let ones = new BigInt64Array()

  const mask = (length: number): Tensor => {
    if (length > ones.length) ones = new BigInt64Array(2 * length).fill(1n)
    return new Tensor('int64', ones.subarray(0, length), [1, length])
  }
  const pasts = ({ arrays, capacity }: KeyValueCache): Record<string, Tensor> =>
    Object.fromEntries(
      parts.map(([layer, part], i) => [
        pastName(layer, part),
        new Tensor('float32', arrays[i] ?? new Float32Array(), [1, shape.heads, capacity, shape.headSize]),
      ]),
    )

  return {
    begin(text) {
      const cache = caches.take(text)
      return {
        get length() {
          return cache.ids.length
        },
        async read(ids, logitsToKeep = 1) {
          reserve(cache, ids.length)
          const results = await session.run(
            {
              ...weights,
              ...pasts(cache),
              input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
              attention_mask: mask(cache.ids.length + ids.length),
              num_logits_to_keep: new Tensor('int64', BigInt64Array.of(BigInt(logitsToKeep)), []),
            },
            outputs,
          )
          const [logits, ...rows] = outputs.map((name) => results[name]?.data as Float32Array | undefined)
          if (!logits) throw new Error('the decoder gives no logits')
          append(
            cache,
            ids,
            rows.flatMap((each) => each ?? []),
          )
          return logits
        },
        cut(length) {
          cache.ids.length = Math.min(length, cache.ids.length)
        },
        end: () => caches.giveBack(cache),
      }
    },
  }
}
