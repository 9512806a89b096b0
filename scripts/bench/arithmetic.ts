import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import type { Workload } from './workloads.ts'

/**
 * Floating-point operations of one training step, as this engine needs them: two for each multiplication and addition of a matrix product,
 * forward once and backward twice, and the attention scores, which are computed twice. The last layer goes on from attention with the S
 * supervised positions only, and the head sees nothing else.
 */
export function trainingOperations(config: ModelConfig, workload: Workload): number {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headSize, layerCount, vocabularySize } = config
  const tokens = workload.reduce((sum, row) => sum + row.tokens, 0)
  const supervised = workload.reduce((sum, row) => sum + row.learned, 0)
  const attention = headCount * headSize
  const beforeAttention = hiddenSize * (attention + 2 * keyValueHeadCount * headSize)
  const afterAttention = attention * hiddenSize + 3 * hiddenSize * intermediateSize
  const weights = tokens * (layerCount * beforeAttention + (layerCount - 1) * afterAttention) + supervised * afterAttention
  // Forward: scores and their mix, 2 products of T × T × attention. Backward: the scores again, and 4 more.
  const scores = workload.reduce((sum, row) => sum + 7 * 2 * row.tokens ** 2 * attention, 0) * layerCount
  return 6 * weights + scores + 6 * supervised * vocabularySize * hiddenSize
}
