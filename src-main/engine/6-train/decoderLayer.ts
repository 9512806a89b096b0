import type { ModelConfig } from '../4-graph/config.ts'
import type { AFTER_ATTENTION_STASH } from '../4-graph/programs/afterAttention.ts'
import { selectRows } from '../4-graph/programs/embedding.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'
import { entries } from './entries.ts'
import type { LayerPrograms, TrainingMoment } from './layerPrograms.ts'
import type { BatchRows, RowAttention } from './rowAttention.ts'

/** Whose scratch buffers activations lie in: a layer's own, or those that all layers use one after another. */
type StashOwner = number | 'passing'

/** What all layers need to know of a batch of N tokens. */
export interface LayerBatch {
  tokens: number
  rows: BatchRows
  /** [N, 1, head] */
  cosine: Tensor
  sine: Tensor
  supervised: Int32Array
  /** The same as a tensor [S]. */
  supervisedIds: Tensor
  moment: TrainingMoment
}

/**
 * What a forward pass keeps: nothing where no backward pass follows, all that the backward pass reads, or each layer's input alone, from
 * which the layer is run again on the way back (Chen et al. 2016, arXiv:1604.06174): the same numbers, in less memory and more time.
 */
export type Kept = 'nothing' | 'activations' | 'inputs'

/** What a layer's backward pass reads. From `context` on the rows are those that the layer goes on with. */
type Activations = Record<'query' | 'key' | 'value' | 'context' | (typeof AFTER_ATTENTION_STASH)[number], Tensor>

/**
 * A decoder layer, run and differentiated. The last layer goes on from attention with the supervised positions only: nothing else reaches
 * the loss.
 */
export interface DecoderLayers {
  /** hidden [N, D] → [N, D], of the last layer [S, D]. */
  forward(layer: number, batch: LayerBatch, hidden: Tensor, kept: Kept): Promise<Tensor>
  /**
   * Gradient of the layer's output → that of its input, or null where nothing below is trained; adds the weights' gradients. Uses up what
   * `forward` kept.
   * @param factored whether the gradients of matrices are added as factors
   */
  backward(layer: number, batch: LayerBatch, gradient: Tensor, factored: boolean): Promise<Tensor | null>
}

export async function createDecoderLayers(
  config: ModelConfig,
  executor: Executor,
  programs: LayerPrograms,
  rowAttention: RowAttention,
): Promise<DecoderLayers> {
  const select = await executor.compile(selectRows())
  const { hiddenSize, headCount, keyValueHeadCount, headSize, intermediateSize, layerCount } = config
  const contextSize = headCount * headSize
  const last = layerCount - 1
  const stashes: ({ hidden: Tensor; activations: Activations | null } | undefined)[] = []

  const selected = async (name: string, from: Tensor, batch: LayerBatch): Promise<Tensor> => {
    const rows = executor.scratch(name, [batch.supervised.length, from.shape[1] ?? 0])
    return entries(await executor.run(select, { from, indices: batch.supervisedIds }, { rows }), 'rows').rows
  }
  const place = (name: string, shape: readonly number[], owner: StashOwner): Tensor | undefined =>
    executor.scratch(`forward.${name}.${owner}`, shape)
  const scattered = (name: string, rows: Tensor, batch: LayerBatch): Tensor =>
    executor.addRows(executor.zeros([batch.tokens, rows.shape[1] ?? 0], name), batch.supervised, rows, 1)

  const rowsBehindAttention = (layer: number, { tokens, supervised }: LayerBatch): number =>
    layer === last ? supervised.length : tokens

  /** From a layer's input to attention's output and what is added to it, of the last layer at the supervised positions only. */
  async function runAttention(
    layer: number,
    batch: LayerBatch,
    hidden: Tensor,
    owner: StashOwner,
    kind: 'forward' | 'inference',
  ) {
    const { tokens, cosine, sine, moment } = batch
    const projected = entries(
      await programs.run(
        layer,
        'before',
        kind,
        { hidden, cosine, sine },
        {
          query: place('query', [tokens, headCount, headSize], owner),
          key: place('key', [tokens, keyValueHeadCount, headSize], owner),
          value: place('value', [tokens, keyValueHeadCount, headSize], owner),
        },
        moment,
      ),
      'query',
      'key',
      'value',
    )
    const context = await rowAttention.forward(layer, batch.rows, projected, place('context', [tokens, contextSize], owner))
    if (layer !== last) return { ...projected, context, residual: hidden }
    const selectedContext = await selected('forward.context.selected', context, batch)
    executor.release(context)
    return { ...projected, context: selectedContext, residual: await selected('forward.hidden.selected', hidden, batch) }
  }

  /** From there on, by a program that gives `destinations`. */
  async function runAfterAttention<Name extends string>(
    kind: 'forward' | 'inference' | 'recompute',
    layer: number,
    { moment }: LayerBatch,
    { context, residual }: { context: Tensor; residual: Tensor },
    destinations: Record<Name, Tensor | undefined>,
  ): Promise<Record<Name, Tensor>> {
    const results = await programs.run(layer, 'after', kind, { hidden: residual, context }, destinations, moment)
    if (layer === last) executor.release(residual)
    return entries(results, ...(Object.keys(destinations) as Name[]))
  }

  const stashPlaces = (rows: number, owner: StashOwner) => ({
    attended: place('attended', [rows, hiddenSize], owner),
    gate: place('gate', [rows, intermediateSize], owner),
    up: place('up', [rows, intermediateSize], owner),
  })

  /** A layer's activations again, from its input alone; never the last one's, which are always kept. */
  async function recomputed(layer: number, batch: LayerBatch, hidden: Tensor): Promise<Activations> {
    const { residual, ...projected } = await runAttention(layer, batch, hidden, 'passing', 'forward')
    const places = stashPlaces(batch.tokens, 'passing')
    const stash = await runAfterAttention('recompute', layer, batch, { residual, context: projected.context }, places)
    return { ...projected, ...stash }
  }

  return {
    async forward(layer, batch, hidden, kept) {
      const rows = rowsBehindAttention(layer, batch)
      const owner = kept === 'activations' ? layer : 'passing'
      const kind = kept === 'nothing' ? 'inference' : 'forward'
      const { residual, ...projected } = await runAttention(layer, batch, hidden, owner, kind)
      const output = executor.scratch(`forward.output.${kept === 'nothing' ? layer % 2 : layer}`, [rows, hiddenSize])
      const attention = { residual, context: projected.context }
      if (kept === 'nothing') {
        const result = await runAfterAttention('inference', layer, batch, attention, { output })
        executor.release(hidden, ...Object.values(projected))
        return result.output
      }
      const { output: result, ...stash } = await runAfterAttention('forward', layer, batch, attention, {
        output,
        ...stashPlaces(rows, owner),
      })
      const activations = { ...projected, ...stash }
      // The last layer's backward pass comes next: nothing is saved by running it again.
      const isKept = kept === 'activations' || layer === last
      if (!isKept) executor.release(...Object.values(activations))
      stashes[layer] = { hidden, activations: isKept ? activations : null }
      return result
    },

    async backward(layer, batch, gradient, factored) {
      const stash = stashes[layer]
      if (!stash) throw new Error(`layer ${layer} has not been run forward`)
      stashes[layer] = undefined
      const { hidden } = stash
      const activations = stash.activations ?? (await recomputed(layer, batch, hidden))
      const { query, key, value, context, attended, gate, up } = activations
      const { cosine, sine, moment } = batch
      const behind = await programs.runBackward(
        layer,
        'after',
        { context, attended, gate, up, 'gradient.output': gradient },
        moment,
        factored,
      )
      executor.release(gradient)
      const overAllTokens = (name: string): Tensor | undefined => {
        const found = behind[name]
        return found && layer === last ? scattered(`backward.${name}.scattered`, found, batch) : found
      }
      const contextGradient = overAllTokens('gradient.context')
      if (!contextGradient) {
        executor.release(hidden, ...Object.values(activations))
        return null
      }
      const residual = overAllTokens('gradient.residual')
      const projections = await rowAttention.backward(layer, batch.rows, { query, key, value }, contextGradient)
      const result = await programs.runBackward(
        layer,
        'before',
        { hidden, cosine, sine, ...projections, ...(residual ? { 'gradient.residual': residual } : {}) },
        moment,
        factored,
      )
      executor.release(hidden, ...Object.values(activations), contextGradient, ...Object.values(projections))
      if (residual) executor.release(residual)
      return result['gradient.hidden'] ?? null
    },
  }
}
