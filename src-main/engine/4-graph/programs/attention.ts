import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import { reshape } from '../ops/reshape.ts'
import { softmax } from '../ops/softmax.ts'
import { transpose } from '../ops/transpose.ts'
import { program, type Program } from '../program.ts'
import { required } from './layerWeights.ts'

/**
 * Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762) with grouped queries (Ainslie et al. 2023, arXiv:2305.13245) over
 * B rows of T tokens each, which never see each other, for the last Q tokens of each.
 * forward:  query [B, Q, heads, head], key and value [B, T, kvHeads, head], mask [Q, T] (0 or a large negative number) → context [B, Q, heads · head]
 * backward: the same and gradient.context → gradient.query, gradient.key, gradient.value. The scores are computed again, not kept.
 */
export function attention(config: ModelConfig): { forward: Program; backward: Program } {
  const { headCount, keyValueHeadCount, headSize } = config
  const graph = new Graph()
  const query = input(graph, 'query', ['B', 'Q', headCount, headSize])
  const key = input(graph, 'key', ['B', 'T', keyValueHeadCount, headSize])
  const value = input(graph, 'value', ['B', 'T', keyValueHeadCount, headSize])
  const mask = input(graph, 'mask', ['Q', 'T'])
  const headsFirst = [0, 2, 1, 3]
  // The query heads of a group share one key head: lay their tokens end to end ('GQ'), and the group is one matrix product.
  const grouped = reshape(graph, transpose(graph, query, headsFirst), ['B', keyValueHeadCount, 'GQ', headSize])
  const keys = transpose(graph, key, headsFirst)
  const values = transpose(graph, value, headsFirst)
  const scores = matmul(graph, grouped, keys, { transposeB: true, factor: 1 / Math.sqrt(headSize) })
  const masked = add(graph, reshape(graph, scores, ['B', headCount, 'Q', 'T']), mask)
  const weights = reshape(graph, softmax(graph, masked), ['B', keyValueHeadCount, 'GQ', 'T'])
  const mixed = reshape(graph, matmul(graph, weights, values), ['B', headCount, 'Q', headSize])
  const context = reshape(graph, transpose(graph, mixed, headsFirst), ['B', 'Q', headCount * headSize])
  const forward = program('attention', graph, { context })

  const seed = input(graph, 'gradient.context', graph.shape(context))
  const gradients = differentiate(graph, new Map([[context, seed]]), [query, key, value])
  const backward = program('attention.backward', graph, {
    'gradient.query': required(gradients, query),
    'gradient.key': required(gradients, key),
    'gradient.value': required(gradients, value),
  })
  return { forward, backward }
}
