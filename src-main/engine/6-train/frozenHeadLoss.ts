import type { ModelConfig } from '../4-graph/config.ts'
import { FINAL_NORM, headTableName } from '../4-graph/parameters.ts'
import { frozenHead } from '../4-graph/programs/frozenHead.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { frozenRows } from '../5-exec/frozenTensor.ts'
import { entries } from './entries.ts'
import type { HeadLoss } from './headLoss.ts'
import type { ModelWeights } from './modelWeights.ts'

/** The head's loss over a table that is not trained. Formulas: 4-graph/programs/frozenHead.ts. */
export async function createFrozenHeadLoss(config: ModelConfig, executor: Executor, weights: ModelWeights): Promise<HeadLoss> {
  const { hiddenSize } = config
  const trainsNorm = weights.isTrained(FINAL_NORM)
  const { blocks, ...programs } = frozenHead(config, Math.min(executor.vocabularyBlock, config.vocabularySize), trainsNorm)
  const names = { weight: FINAL_NORM, table: headTableName(config) }
  const frozen = weights.frozen(names)
  const { table } = entries(frozen, 'table')
  for (const { input, start, size } of blocks) frozen[input] = frozenRows(table, start, size)
  const walk = await executor.compile(programs.walk, frozen)
  const lossOnly = await executor.compile(programs.loss, frozen)
  const back = await executor.compile(programs.gradient, frozen)

  /** Σ -log p over the positions, summed in float64. */
  async function sumOf(found: Record<'largest' | 'total' | 'chosen', Tensor>): Promise<{ loss: number; total: Floats }> {
    const largest = await executor.download(found.largest)
    const total = await executor.download(found.total)
    const chosen = await executor.download(found.chosen)
    let loss = 0
    for (const [s, value] of largest.entries()) loss += value + Math.log(total[s] ?? NaN) - (chosen[s] ?? NaN)
    return { loss, total }
  }

  return {
    async loss(hidden, targets) {
      const targetIds = executor.upload(targets, [targets.length])
      const found = await executor.run(lossOnly, { hidden, targets: targetIds, ...weights.fed(names) })
      const { loss } = await sumOf(entries(found, 'largest', 'total', 'chosen'))
      executor.release(targetIds, ...Object.values(found))
      return loss
    },
    async lossAndGradient(hidden, targets, scale) {
      const states = [targets.length, hiddenSize]
      const targetIds = executor.upload(targets, [targets.length])
      const inputs = { hidden, targets: targetIds, ...weights.fed(names) }
      const found = entries(
        await executor.run(walk, inputs, { accumulated: executor.scratch('head.accumulated', states) }),
        'largest',
        'total',
        'chosen',
        'accumulated',
      )
      const { loss, total } = await sumOf(found)
      const factor = executor.upload(
        total.map((value) => scale / value),
        [targets.length, 1],
      )
      const result = await executor.run(
        back,
        { ...inputs, accumulated: found.accumulated, factor, scale: executor.upload(Float32Array.of(scale), []) },
        {
          'gradient.hidden': executor.scratch('head.gradient.hidden', states),
          ...(trainsNorm ? { 'gradient.weight': weights.trained.gradientDestination(FINAL_NORM) } : {}),
        },
      )
      const weightGradient = result['gradient.weight']
      if (weightGradient) await weights.trained.addGradient(FINAL_NORM, weightGradient)
      executor.release(targetIds, factor, ...Object.values(found))
      return { loss, gradient: entries(result, 'gradient.hidden')['gradient.hidden'] }
    },
  }
}
