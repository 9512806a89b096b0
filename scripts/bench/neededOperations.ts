import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { LORA, type Method } from './measurement.ts'
import { learnedOf, tokensOf, type Workload } from './workloads.ts'

/**
 * Floating-point operations of the matrix products that one training step needs, with D the model's width, H and K its query and key heads of size h,
 * I the width between the two halves of the MLP, V the vocabulary, N tokens of which S have a loss, rows of length n, L layers:
 *
 *   first = N·D·(H + 2K)·h                                    queries, keys, values of a layer
 *   weights = L·first
 *           + ((L - 1)·N + S)·(H·h·D + 3·D·I)                 output projection and MLP; in the last layer where there is a loss
 *           + S·V·D                                           scores of the next token, where there is a loss
 *   attention = L·Σ n²·2·H·h                                  scores and their sums, the whole square
 *   adapters = r · weights', with in + out for each in·out of the layers' matrices
 *
 *   full = 2 · 3·(weights + attention)                        two products of the same size for each in the backward pass
 *   lora = 2 · (2·weights - first + 3·(attention + adapters)) a frozen weight has no gradient, and nothing below the first layer wants one
 *
 * Padding, the head where nothing is learned, recomputation, the softmax and the optimizer are not needed or not products: whoever
 * spends time on them reaches a smaller share of the machine's peak.
 */
export function neededOperations(config: ModelConfig, workload: Workload, method: Method): number {
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
  const afterAttention = (L - 1) * N + S
  const first = N * D * (H + 2 * K) * h
  const weights = L * first + afterAttention * (H * h * D + 3 * D * I) + S * V * D
  const attention = L * squares * 2 * H * h
  if (method === 'full') return 2 * 3 * (weights + attention)
  const sidesBefore = 3 * D + (H + 2 * K) * h
  const sidesAfter = H * h + D + 3 * (D + I)
  const adapters = LORA.r * (L * N * sidesBefore + afterAttention * sidesAfter)
  return 2 * (2 * weights - first + 3 * (attention + adapters))
}
