import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { learnedOf, tokensOf, type Workload } from './workloads.ts'

/**
 * Floating-point operations of the matrix products that one training step needs, with D the model's width, H and K its query and key heads of size h,
 * I the width between the two halves of the MLP, V the vocabulary, N tokens of which S have a loss, rows of length n, L layers:
 *
 *   forward = 2 · ( L·N·D·(H + 2K)·h                          queries, keys, values
 *                 + L·Σ n²·2·H·h                              scores and their sums, the whole square
 *                 + ((L - 1)·N + S)·(H·h·D + 3·D·I)           output projection and MLP; in the last layer where there is a loss
 *                 + S·V·D )                                   scores of the next token, where there is a loss
 *   step = 3 · forward                                        two products of the same size for each in the backward pass
 *
 * Padding, the head where nothing is learned, recomputation, the softmax and the optimizer are not needed or not products: whoever
 * spends time on them reaches a smaller share of the machine's peak.
 */
export function neededOperations(config: ModelConfig, workload: Workload): number {
  const {
    hiddenSize: D,
    headCount: H,
    keyValueHeadCount: K,
    headSize: h,
    intermediateSize: I,
    vocabularySize: V,
    layerCount: L,
  } = config
  const N = tokensOf(workload)
  const S = learnedOf(workload)
  const squares = workload.rows.reduce((sum, { ids }) => sum + ids.length ** 2, 0)
  const projections = L * N * D * (H + 2 * K) * h
  const attention = L * squares * 2 * H * h
  const afterAttention = ((L - 1) * N + S) * (H * h * D + 3 * D * I)
  return 3 * 2 * (projections + attention + afterAttention + S * V * D)
}
