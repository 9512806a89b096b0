import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph, type Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { multiply } from '../ops/multiply.ts'
import { reshape } from '../ops/reshape.ts'
import { rmsNorm } from '../ops/rmsInverse.ts'
import { rotateHalf } from '../ops/rotateHalf.ts'
import { beforeAttentionParameters } from '../parameters.ts'
import { program, type Program } from '../program.ts'
import { trains, type TrainedLayer } from '../trainedParts.ts'
import { factoredPrograms, type FactoredPrograms } from './factoredGradients.ts'
import { layerWeights, required, weightGradients } from './layerWeights.ts'

export interface BeforeAttentionPrograms {
  /** hidden [N, D], cosine and sine [N, 1, head] → query [N, heads, head], key and value [N, kvHeads, head], rotated */
  forward: Program
  /** The same without dropout. */
  inference: Program
  /** Forward once more. */
  recompute: Program
  /**
   * hidden, cosine, sine, gradient.query, gradient.key, gradient.value, gradient.residual [N, D] (what reached `hidden` past attention) → gradient.hidden where
   * the layer passes it on, and a gradient for each trained weight. Null where that is none
   */
  backward: Program | null
  /** In its place, from what it is fed. Null where no matrix is trained */
  factored: FactoredPrograms | null
}

/** From a layer's input to what attention needs. */
export function beforeAttention(config: ModelConfig, trained: TrainedLayer): BeforeAttentionPrograms {
  const { dropout } = trained.adapters
  const { graph, hidden, outputs, weights } = forwardGraph(config, trained, dropout)
  const forward = program('beforeAttention', graph, outputs)
  const plain = dropout > 0 ? forwardGraph(config, trained, 0) : null
  const inference = plain ? program('beforeAttention.inference', plain.graph, plain.outputs) : forward
  if (!trained.passesGradient && !trains(trained.before))
    return { forward, inference, recompute: forward, backward: null, factored: null }

  const seeds = new Map(
    Object.entries(outputs).map(([name, value]) => [value, input(graph, `gradient.${name}`, graph.shape(value))]),
  )
  const wanted = [...(trained.passesGradient ? [hidden] : []), ...weights.trained.values()]
  const gradients = differentiate(graph, seeds, wanted)
  const residual = (): Value => input(graph, 'gradient.residual', ['N', config.hiddenSize])
  const passedOn: Record<string, Value> = trained.passesGradient
    ? { 'gradient.hidden': add(graph, residual(), required(gradients, hidden)) }
    : {}
  const backward = program('beforeAttention.backward', graph, { ...passedOn, ...weightGradients(weights, gradients) })
  const factored = factoredPrograms('beforeAttention.backward.factored', graph, weights, gradients, passedOn)
  return { forward, inference, recompute: forward, backward, factored }
}

function forwardGraph(config: ModelConfig, trained: TrainedLayer, dropout: number) {
  const { headCount, keyValueHeadCount, headSize, hiddenSize, rmsNormEpsilon } = config
  const graph = new Graph()
  const hidden = input(graph, 'hidden', ['N', hiddenSize])
  const cosine = input(graph, 'cosine', ['N', 1, headSize])
  const sine = input(graph, 'sine', ['N', 1, headSize])
  const weights = layerWeights(graph, beforeAttentionParameters(config), trained.before, { ...trained.adapters, dropout })
  const normalised = rmsNorm(graph, hidden, weights.weight('input_layernorm.weight'), rmsNormEpsilon)
  const heads = (name: 'q' | 'k' | 'v', count: number): Value =>
    reshape(graph, weights.linear(normalised, `self_attn.${name}_proj`), ['N', count, headSize])
  const rotated = (name: 'q' | 'k', count: number): Value => {
    const projected = heads(name, count)
    const normed = config.queryKeyNorm
      ? rmsNorm(graph, projected, weights.weight(`self_attn.${name}_norm.weight`), rmsNormEpsilon)
      : projected
    // RoPE (Su et al. 2021, arXiv:2104.09864) with the halves paired as in transformers' apply_rotary_pos_emb.
    return add(graph, multiply(graph, normed, cosine), multiply(graph, rotateHalf(graph, normed), sine))
  }
  const outputs = { query: rotated('q', headCount), key: rotated('k', keyValueHeadCount), value: heads('v', keyValueHeadCount) }
  return { graph, hidden, outputs, weights }
}
