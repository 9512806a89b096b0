import type { Batch } from '../3-batches/batch.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { count } from '../4-graph/elements.ts'
import { attention } from '../4-graph/programs/attention.ts'
import { selectRows } from '../4-graph/programs/embedding.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'
import { groupRows, runRowGroups, type RowGroup } from '../5-exec/rowGroups.ts'
import { createAttentionMasks } from './attentionMasks.ts'
import { compileAll } from './compileAll.ts'
import { entries } from './entries.ts'

/** What attention needs to know of a batch. */
export interface BatchRows {
  groups: readonly RowGroup[]
  /** The batch's `rowTokens`, and the same as a tensor; null where every row lays all its tokens. */
  shared: { tokens: Int32Array; ids: Tensor } | null
}

/** Rotated queries [N, heads, head], keys and values [N, kvHeads, head] of the laid tokens. */
export type Projections = Record<'query' | 'key' | 'value', Tensor>

/**
 * Attention within each row, for the tokens that the row lays. Keys and values of a beginning that another row laid are looked up, and their
 * gradients from all the rows that see them add up.
 */
export interface RowAttention {
  rowsOf(batch: Batch): BatchRows
  /** @returns context [N, heads · head] */
  forward(layer: number, rows: BatchRows, projections: Projections, destination: Tensor | undefined): Promise<Tensor>
  /** @param gradient of the context */
  backward(
    layer: number,
    rows: BatchRows,
    projections: Projections,
    gradient: Tensor,
  ): Promise<Record<`gradient.${keyof Projections}`, Tensor>>
}

/** @param queriesAtOnce see `groupRows` */
export async function createRowAttention(config: ModelConfig, executor: Executor, queriesAtOnce?: number): Promise<RowAttention> {
  const programs = await compileAll(executor, attention(config))
  const select = await executor.compile(selectRows())
  const masks = createAttentionMasks(executor)

  const maskOf =
    (layer: number) =>
    ({ laid, whole }: RowGroup) => ({ mask: masks.mask(laid.length, whole.length, config.slidingWindow[layer] ?? null) })

  /** Of the laid tokens [N, …] → of the rows from their beginnings [T, …]. */
  async function ofWholeRows(name: string, laid: Tensor, { shared }: BatchRows): Promise<Tensor> {
    if (!shared) return laid
    const [tokens = 0, ...inner] = laid.shape
    const from = executor.rows(laid, 0, tokens, [tokens, count(inner)])
    const destination = executor.scratch(`attention.${name}`, [shared.tokens.length, count(inner)])
    const { rows } = entries(await executor.run(select, { from, indices: shared.ids }, { rows: destination }), 'rows')
    return executor.rows(rows, 0, shared.tokens.length, [shared.tokens.length, ...inner])
  }

  /** Gradients of the rows from their beginnings [T, …] → of the laid tokens, like `laid`. */
  function ofLaidTokens(name: string, gradient: Tensor, laid: Tensor, { shared }: BatchRows): Tensor {
    if (!shared) return gradient
    const sum = executor.addRows(executor.zeros(laid.shape, `attention.${name}.laid`), shared.tokens, gradient, 1)
    executor.release(gradient)
    return sum
  }

  return {
    rowsOf: (batch) => ({
      groups: groupRows(batch, queriesAtOnce),
      shared: batch.rowTokens && { tokens: batch.rowTokens, ids: executor.upload(batch.rowTokens, [batch.rowTokens.length]) },
    }),
    async forward(layer, rows, { query, key, value }, destination) {
      const packed = { query, key: await ofWholeRows('key', key, rows), value: await ofWholeRows('value', value, rows) }
      const { context } = await runRowGroups(executor, programs.forward, rows.groups, packed, maskOf(layer), {
        context: destination,
      })
      if (rows.shared) executor.release(packed.key, packed.value)
      return context
    },
    async backward(layer, rows, { query, key, value }, gradient) {
      const [keys, values] = [await ofWholeRows('key', key, rows), await ofWholeRows('value', value, rows)]
      const gradients = await runRowGroups(
        executor,
        programs.backward,
        rows.groups,
        { query, key: keys, value: values, 'gradient.context': gradient },
        maskOf(layer),
        {
          'gradient.query': executor.scratch('backward.query', query.shape),
          'gradient.key': executor.scratch('backward.key', keys.shape),
          'gradient.value': executor.scratch('backward.value', values.shape),
        },
      )
      if (rows.shared) executor.release(keys, values)
      return {
        'gradient.query': gradients['gradient.query'],
        'gradient.key': ofLaidTokens('gradient.key', gradients['gradient.key'], key, rows),
        'gradient.value': ofLaidTokens('gradient.value', gradients['gradient.value'], value, rows),
      }
    },
  }
}
