import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { multiply } from '../ops/multiply.ts'
import { rmsNorm } from '../ops/rmsInverse.ts'
import { silu } from '../ops/sigmoid.ts'
import { afterAttentionParameters } from '../parameters.ts'
import { program, type Program } from '../program.ts'
import { layerWeights, required, weightGradients } from './layerWeights.ts'

/** What `afterAttention.forward` also gives, for its backward to start from. */
export const AFTER_ATTENTION_STASH = ['attended', 'gate', 'up'] as const

/**
 * From attention to the layer's output: output projection, residual, RMSNorm, SwiGLU (Shazeer 2020, arXiv:2002.05202), residual.
 * forward:  hidden [N, D], context [N, heads · head] → output [N, D], and the stash: attended [N, D], gate and up [N, F]
 * inference: the same without the stash
 * backward: context, the stash, gradient.output → gradient.residual [N, D] (for the layer's input), gradient.context, and a gradient for each weight
 */
export function afterAttention(config: ModelConfig): { forward: Program; inference: Program; backward: Program } {
  const { hiddenSize, headCount, headSize, rmsNormEpsilon } = config
  const graph = new Graph()
  const hidden = input(graph, 'hidden', ['N', hiddenSize])
  const context = input(graph, 'context', ['N', headCount * headSize])
  const weights = layerWeights(graph, afterAttentionParameters(config))
  const attended = add(graph, hidden, weights.linear(context, 'self_attn.o_proj'))
  const normalised = rmsNorm(graph, attended, weights.weight('post_attention_layernorm.weight'), rmsNormEpsilon)
  const gate = weights.linear(normalised, 'mlp.gate_proj')
  const up = weights.linear(normalised, 'mlp.up_proj')
  const activated = multiply(graph, silu(graph, gate), up)
  const output = add(graph, attended, weights.linear(activated, 'mlp.down_proj'))
  const stash = { attended, gate, up }
  const forward = program('afterAttention', graph, { output, ...stash })
  const inference = program('afterAttention.inference', graph, { output })

  const seed = input(graph, 'gradient.output', ['N', hiddenSize])
  const gradients = differentiate(graph, new Map([[output, seed]]), [hidden, context, ...weights.values.values()])
  const backward = program(
    'afterAttention.backward',
    graph,
    {
      'gradient.residual': required(gradients, hidden),
      'gradient.context': required(gradients, context),
      ...weightGradients(weights, gradients),
    },
    stash,
  )
  return { forward, inference, backward }
}
