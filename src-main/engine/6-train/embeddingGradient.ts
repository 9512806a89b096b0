import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING } from '../4-graph/parameters.ts'
import { addedRowsNorm } from '../4-graph/programs/embedding.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'
import { entries } from './entries.ts'
import type { ParameterStore } from './parameterStore.ts'

/** Adds a batch's gradient of the embedded tokens [N, D] to that of the embedding's table, of which the head may have left factors. */
export async function createEmbeddingGradient(config: ModelConfig, executor: Executor, parameters: ParameterStore) {
  const norm = await executor.compile(addedRowsNorm(config))

  return async (ids: Int32Array, gradient: Tensor): Promise<void> => {
    const factors = parameters.factors(EMBEDDING)
    if (!factors) {
      parameters.addGradientRows(EMBEDDING, ids, gradient, 1)
      return
    }
    const rows = Int32Array.from(new Set(ids))
    const places = new Map(Array.from(rows, (id, place) => [id, place]))
    const zeros = executor.zeros([rows.length, config.hiddenSize], 'backward.embedding')
    const values = executor.addRows(
      zeros,
      ids.map((id) => places.get(id) ?? NaN),
      gradient,
      1,
    )
    const rowIds = executor.upload(rows, [rows.length])
    const { squaredNorm } = entries(
      await executor.run(norm, { factor: factors.gradient, scaled: factors.input, rows: rowIds, values }),
      'squaredNorm',
    )
    const [gained = NaN] = await executor.download(squaredNorm)
    executor.release(rowIds, squaredNorm)
    parameters.addToFactors(EMBEDDING, { rows, values }, gained)
  }
}
