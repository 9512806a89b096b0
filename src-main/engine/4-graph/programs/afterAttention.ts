import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph, type Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { multiply } from '../ops/multiply.ts'
import { rmsNorm } from '../ops/rmsInverse.ts'
import { silu } from '../ops/silu.ts'
import { afterAttentionParameters } from '../parameters.ts'
import { program, type Program } from '../program.ts'
import { trains, type TrainedLayer } from '../trainedParts.ts'
import { factoredPrograms, type FactoredPrograms } from './factoredGradients.ts'
import { layerWeights, required, weightGradients } from './layerWeights.ts'

/** What `afterAttention.forward` also gives, for its backward to start from. */
export const AFTER_ATTENTION_STASH = ['attended', 'gate', 'up'] as const

export interface AfterAttentionPrograms {
  /** hidden [N, D], context [N, heads · head] → output [N, D], and the stash: attended [N, D], gate and up [N, F] */
  forward: Program
  /** The same without the stash and without dropout. */
  inference: Program
  /** The stash alone. */
  recompute: Program
  /**
   * context, the stash, gradient.output [N, D] → gradient.residual [N, D] (for the layer's input) and gradient.context, where they are wanted, and what
   * `weights` is made of: normalised and gradient.normalised [N, D], activated, gradient.gate and gradient.up [N, F]. Null where nothing here or below is trained
   */
  backward: Program | null
  /** context, attended, gradient.output, what `backward` gives → a gradient for each trained weight. Null where there is none */
  weights: Program | null
  /** In the place of both, from what `backward` is fed. Null where no matrix is trained */
  factored: FactoredPrograms | null
}

/**
 * From attention to the layer's output: output projection, residual, RMSNorm, SwiGLU (Shazeer 2020, arXiv:2002.05202), residual. All but `weights` treat each
 * token by itself, so that they can run on a part of the tokens at a time.
 */
export function afterAttention(config: ModelConfig, trained: TrainedLayer): AfterAttentionPrograms {
  const { dropout } = trained.adapters
  const { graph, hidden, context, attended, normalised, gate, up, activated, output, weights } = forwardGraph(
    config,
    trained,
    dropout,
  )
  const stash = { attended, gate, up }
  const plain = dropout > 0 ? forwardGraph(config, trained, 0) : { graph, output }
  const forwards = {
    forward: program('afterAttention', graph, { output, ...stash }),
    inference: program('afterAttention.inference', plain.graph, { output: plain.output }),
    recompute: program('afterAttention.recompute', graph, stash),
  }
  const contextIsWanted = trained.passesGradient || trains(trained.before)
  if (!contextIsWanted && !trains(trained.after)) return { ...forwards, backward: null, weights: null, factored: null }

  const seed = input(graph, 'gradient.output', ['N', config.hiddenSize])
  const wanted = [...(trained.passesGradient ? [hidden] : []), ...(contextIsWanted ? [context] : []), ...weights.trained.values()]
  const gradients = differentiate(graph, new Map([[output, seed]]), wanted)
  const gradientOf = (name: string, value: Value): Record<string, Value> => {
    const gradient = gradients.get(value)
    return gradient === undefined ? {} : { [`gradient.${name}`]: gradient }
  }
  const operands: Record<string, Value> = {
    normalised,
    activated,
    // attended = hidden + the projection: the gradient of all three.
    ...gradientOf('residual', attended),
    ...gradientOf('normalised', normalised),
    ...gradientOf('gate', gate),
    ...gradientOf('up', up),
  }
  const ofWeights = weightGradients(weights, gradients)
  const weightProgram = trains(trained.after)
    ? program('afterAttention.weights', graph, ofWeights, { attended, ...operands })
    : null
  const read = new Set(weightProgram?.inputs.map(({ name }) => name))
  const passedOn = {
    ...(trained.passesGradient ? { 'gradient.residual': required(gradients, attended) } : {}),
    ...(contextIsWanted ? { 'gradient.context': required(gradients, context) } : {}),
  }
  const backward = program(
    'afterAttention.backward',
    graph,
    { ...passedOn, ...Object.fromEntries(Object.entries(operands).filter(([name]) => read.has(name))) },
    stash,
  )
  const factored = factoredPrograms('afterAttention.backward.factored', graph, weights, gradients, passedOn, stash)
  return { ...forwards, backward, weights: weightProgram, factored }
}

function forwardGraph(config: ModelConfig, trained: TrainedLayer, dropout: number) {
  const { hiddenSize, headCount, headSize, rmsNormEpsilon } = config
  const graph = new Graph()
  const hidden = input(graph, 'hidden', ['N', hiddenSize])
  const context = input(graph, 'context', ['N', headCount * headSize])
  const weights = layerWeights(graph, afterAttentionParameters(config), trained.after, { ...trained.adapters, dropout })
  const attended = add(graph, hidden, weights.linear(context, 'self_attn.o_proj'))
  const normalised = rmsNorm(graph, attended, weights.weight('post_attention_layernorm.weight'), rmsNormEpsilon)
  const gate = weights.linear(normalised, 'mlp.gate_proj')
  const up = weights.linear(normalised, 'mlp.up_proj')
  const activated = multiply(graph, silu(graph, gate), up)
  const output = add(graph, attended, weights.linear(activated, 'mlp.down_proj'))
  return { graph, hidden, context, attended, normalised, gate, up, activated, output, weights }
}
