import type { ModelConfig } from '../4-graph/config.ts'
import {
  afterAttentionParameters,
  beforeAttentionParameters,
  layerParameterName,
  type ParameterShape,
} from '../4-graph/parameters.ts'
import { AFTER_ATTENTION_STASH, afterAttention } from '../4-graph/programs/afterAttention.ts'
import { attention } from '../4-graph/programs/attention.ts'
import { beforeAttention } from '../4-graph/programs/beforeAttention.ts'
import { selectRows } from '../4-graph/programs/embedding.ts'
import type { Executable, Executor, Tensor } from '../5-exec/executor.ts'
import { runRowGroups, type RowGroup } from '../5-exec/rowGroups.ts'
import type { AttentionMasks } from './attentionMasks.ts'
import { compileAll } from './compileAll.ts'
import { entries } from './entries.ts'
import type { ParameterStore } from './parameterStore.ts'

/** What all layers need to know of a batch of N tokens. */
export interface LayerBatch {
  tokens: number
  groups: readonly RowGroup[]
  /** [N, 1, head] */
  cosine: Tensor
  sine: Tensor
  supervised: Int32Array
  /** The same as a tensor [S]. */
  supervisedIds: Tensor
}

/** A layer's forward pass, kept for its backward pass. From `context` on the rows are those that the layer goes on with. */
type LayerStash = Record<'hidden' | 'query' | 'key' | 'value' | 'context' | (typeof AFTER_ATTENTION_STASH)[number], Tensor>

/**
 * A decoder layer, run and differentiated. The programs are the same for all layers; weights are looked up by the layer's number.
 * The last layer goes on from attention with the supervised positions only: nothing else reaches the loss.
 */
export interface DecoderLayers {
  /** hidden [N, D] → [N, D], of the last layer [S, D]. */
  forward(layer: number, batch: LayerBatch, hidden: Tensor, keep: boolean): Promise<Tensor>
  /** Gradient of the layer's output → that of its input; adds the weights' gradients. Uses up what `forward` kept. */
  backward(layer: number, batch: LayerBatch, gradient: Tensor): Promise<Tensor>
}

export async function createDecoderLayers(
  config: ModelConfig,
  executor: Executor,
  parameters: ParameterStore,
  masks: AttentionMasks,
): Promise<DecoderLayers> {
  const before = await compileAll(executor, beforeAttention(config))
  const attend = await compileAll(executor, attention(config))
  const after = await compileAll(executor, afterAttention(config))
  const select = await executor.compile(selectRows())
  const { hiddenSize, headCount, keyValueHeadCount, headSize, intermediateSize, layerCount } = config
  const contextSize = headCount * headSize
  const last = layerCount - 1
  const stashes: LayerStash[] = []

  const weights = (layer: number, shapes: readonly ParameterShape[]): Record<string, Tensor> =>
    Object.fromEntries(shapes.map(({ name }) => [name, parameters.value(layerParameterName(layer, name))]))

  const selected = async (name: string, from: Tensor, batch: LayerBatch): Promise<Tensor> => {
    const rows = executor.scratch(name, [batch.supervised.length, from.shape[1] ?? 0])
    return entries(await executor.run(select, { from, indices: batch.supervisedIds }, { rows }), 'rows').rows
  }
  const scattered = (name: string, rows: Tensor, batch: LayerBatch): Tensor =>
    executor.addRows(executor.zeros([batch.tokens, rows.shape[1] ?? 0], name), batch.supervised, rows, 1)

  /** Runs a backward program whose outputs are gradients of weights and of `activations` (shapes by output name). */
  async function backward<Name extends string>(
    executable: Executable,
    layer: number,
    shapes: readonly ParameterShape[],
    inputs: Record<string, Tensor>,
    activations: Record<Name, readonly number[]>,
  ): Promise<Record<Name, Tensor>> {
    const destinations: Record<string, Tensor | undefined> = {}
    for (const { name } of shapes)
      destinations[`gradient.${name}`] = parameters.gradientDestination(layerParameterName(layer, name))
    for (const name of Object.keys(activations) as Name[])
      destinations[name] = executor.scratch(scratchName(name, layer), activations[name])
    const results = await executor.run(executable, { ...inputs, ...weights(layer, shapes) }, destinations)
    for (const { name } of shapes) {
      const gradient = entries(results, `gradient.${name}`)[`gradient.${name}`]
      if (gradient) await parameters.addGradient(layerParameterName(layer, name), gradient)
    }
    return entries(results, ...(Object.keys(activations) as Name[]))
  }
  // The gradient of a layer's input is read while that of the layer below is written: two buffers in turn.
  const scratchName = (name: string, layer: number): string => `backward.${name}.${name === 'gradient.hidden' ? layer % 2 : 0}`

  return {
    async forward(layer, batch, hidden, keep) {
      const { tokens, groups, cosine, sine, supervised } = batch
      const place = (name: string, shape: readonly number[]): Tensor | undefined =>
        executor.scratch(`forward.${name}.${keep ? layer : 'passing'}`, shape)
      const projected = entries(
        await executor.run(
          before.forward,
          { hidden, cosine, sine, ...weights(layer, beforeAttentionParameters(config)) },
          {
            query: place('query', [tokens, headCount, headSize]),
            key: place('key', [tokens, keyValueHeadCount, headSize]),
            value: place('value', [tokens, keyValueHeadCount, headSize]),
          },
        ),
        'query',
        'key',
        'value',
      )
      const window = config.slidingWindow[layer] ?? null
      const attended = await runRowGroups(
        executor,
        attend.forward,
        groups,
        projected,
        (length) => ({ mask: masks.mask(length, window) }),
        {
          context: place('context', [tokens, contextSize]),
        },
      )
      const context = layer === last ? await selected('forward.context.selected', attended.context, batch) : attended.context
      const residual = layer === last ? await selected('forward.hidden.selected', hidden, batch) : hidden
      const rows = layer === last ? supervised.length : tokens
      const output = executor.scratch(`forward.output.${keep ? layer : layer % 2}`, [rows, hiddenSize])
      const destinations = keep
        ? {
            output,
            attended: place('attended', [rows, hiddenSize]),
            gate: place('gate', [rows, intermediateSize]),
            up: place('up', [rows, intermediateSize]),
          }
        : { output }
      const results = await executor.run(
        keep ? after.forward : after.inference,
        { hidden: residual, context, ...weights(layer, afterAttentionParameters(config)) },
        destinations,
      )
      if (layer === last) executor.release(attended.context, residual)
      if (keep) stashes[layer] = { hidden, ...projected, context, ...entries(results, ...AFTER_ATTENTION_STASH) }
      else executor.release(hidden, projected.query, projected.key, projected.value, context)
      return entries(results, 'output').output
    },

    async backward(layer, batch, gradient) {
      const stash = stashes[layer]
      if (!stash) throw new Error(`layer ${layer} has not been run forward`)
      const { hidden, query, key, value, context, attended, gate, up } = stash
      const { tokens, groups, cosine, sine, supervised } = batch
      const rows = layer === last ? supervised.length : tokens
      let { 'gradient.residual': residual, 'gradient.context': contextGradient } = await backward(
        after.backward,
        layer,
        afterAttentionParameters(config),
        { context, attended, gate, up, 'gradient.output': gradient },
        { 'gradient.residual': [rows, hiddenSize], 'gradient.context': [rows, contextSize] },
      )
      if (layer === last) {
        residual = scattered('backward.residual.scattered', residual, batch)
        contextGradient = scattered('backward.context.scattered', contextGradient, batch)
      }
      const window = config.slidingWindow[layer] ?? null
      const projections = await runRowGroups(
        executor,
        attend.backward,
        groups,
        { query, key, value, 'gradient.context': contextGradient },
        (length) => ({ mask: masks.mask(length, window) }),
        {
          'gradient.query': executor.scratch('backward.query', query.shape),
          'gradient.key': executor.scratch('backward.key', key.shape),
          'gradient.value': executor.scratch('backward.value', value.shape),
        },
      )
      const result = await backward(
        before.backward,
        layer,
        beforeAttentionParameters(config),
        { hidden, cosine, sine, ...projections, 'gradient.residual': residual },
        { 'gradient.hidden': [tokens, hiddenSize] },
      )
      executor.release(...Object.values(stash), gradient, residual, contextGradient, ...Object.values(projections))
      return result['gradient.hidden']
    },
  }
}
