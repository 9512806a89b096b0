import type { ModelConfig } from '../4-graph/config.ts'
import { FINAL_NORM, headTableName } from '../4-graph/parameters.ts'
import { head } from '../4-graph/programs/head.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'
import { compileAll } from './compileAll.ts'
import { entries } from './entries.ts'
import { createFrozenHeadLoss } from './frozenHeadLoss.ts'
import type { ModelWeights } from './modelWeights.ts'
import { createTableGradient, type ScoredBlock } from './tableGradient.ts'

/** The language-model head and its cross-entropy on S supervised positions. Formulas: 4-graph/programs/head.ts. */
export interface HeadLoss {
  /** Σ -log p(target). hidden [S, D], targets [S] */
  loss(hidden: Tensor, targets: Int32Array): Promise<number>
  /**
   * The same, adds the gradients of scale · Σ -log p to the parameters', and gives the one of `hidden`.
   * @param factored whether the table's is added as factors, from which it is made when the optimizer uses it
   */
  lossAndGradient(
    hidden: Tensor,
    targets: Int32Array,
    scale: number,
    factored: boolean,
  ): Promise<{ loss: number; gradient: Tensor }>
}

interface Scored {
  /** Per block of the vocabulary: first row, and scores [B, S]. */
  blocks: ScoredBlock[]
  normalised: Tensor
  scaled: Tensor
  targetIds: Tensor
  /** log Σ_v exp(score) [S] */
  logPartition: Float64Array
  loss: number
}

export function createHeadLoss(config: ModelConfig, executor: Executor, weights: ModelWeights): Promise<HeadLoss> {
  const create = weights.isTrained(headTableName(config)) ? createTrainedHeadLoss : createFrozenHeadLoss
  return create(config, executor, weights)
}

async function createTrainedHeadLoss(config: ModelConfig, executor: Executor, weights: ModelWeights): Promise<HeadLoss> {
  const { vocabularySize, hiddenSize } = config
  const tableName = headTableName(config)
  const norm = { weight: FINAL_NORM }
  const programs = await compileAll(executor, head(config, weights.isTrained(FINAL_NORM)), weights.frozen(norm))
  const parameters = weights.trained
  const blockSize = Math.min(executor.vocabularyBlock, vocabularySize)
  const tableGradient = createTableGradient(config, executor, programs, parameters)
  const scalar = (value: number): Tensor => executor.upload(Float32Array.of(value), [])

  /** @param keptScores where a block's scores may lie until the way back; null where there is none */
  async function score(
    hidden: Tensor,
    targets: Int32Array,
    scale: number,
    keptScores: ((start: number, size: number) => Tensor | undefined) | null,
  ): Promise<Scored> {
    const positions = targets.length
    const states = [positions, hiddenSize]
    const table = parameters.value(tableName)
    const targetIds = executor.upload(targets, [positions])
    const { normalised, scaled } = entries(
      await executor.run(
        programs.norm,
        { hidden, scale: scalar(scale), ...weights.fed(norm) },
        { normalised: executor.scratch('head.normalised', states), scaled: executor.scratch('head.scaled', states) },
      ),
      'normalised',
      'scaled',
    )
    const targetScores = entries(
      await executor.run(programs.targetScores, { normalised, table, targets: targetIds }),
      'scores',
    ).scores
    const largest = new Float64Array(positions).fill(-Infinity)
    const total = new Float64Array(positions)
    const blocks: ScoredBlock[] = []
    for (let start = 0; start < vocabularySize; start += blockSize) {
      const size = Math.min(blockSize, vocabularySize - start)
      const result = entries(
        await executor.run(
          programs.blockScores,
          { block: executor.rows(table, start, size), normalised },
          { scores: keptScores ? keptScores(start, size) : executor.scratch('head.scores.passing', [size, positions]) },
        ),
        'scores',
        'largest',
        'total',
      )
      const blockLargest = await executor.download(result.largest)
      const blockTotal = await executor.download(result.total)
      // log-sum-exp over blocks: each sum is relative to the largest score seen so far.
      blockLargest.forEach((value, s) => {
        const before = largest[s] ?? -Infinity
        const now = Math.max(before, value)
        total[s] = (total[s] ?? 0) * Math.exp(before - now) + (blockTotal[s] ?? NaN) * Math.exp(value - now)
        largest[s] = now
      })
      if (keptScores) blocks.push({ start, size, scores: result.scores })
      else executor.release(result.scores)
      executor.release(result.largest, result.total)
    }
    const logPartition = largest.map((value, s) => value + Math.log(total[s] ?? NaN))
    const chosen = await executor.download(targetScores)
    const loss = logPartition.reduce((sum, value, s) => sum + value - (chosen[s] ?? NaN), 0)
    executor.release(targetScores)
    return { blocks, normalised, scaled, targetIds, logPartition, loss }
  }

  return {
    async loss(hidden, targets) {
      const { loss, normalised, scaled, targetIds } = await score(hidden, targets, 1, null)
      executor.release(normalised, scaled, targetIds)
      return loss
    },
    async lossAndGradient(hidden, targets, scale, factored) {
      const positions = targets.length
      const states = [positions, hiddenSize]
      // The factor is one array, of few positions; of many, so large a one might not be had.
      const factor = factored ? executor.scratch('head.factor', [vocabularySize, positions]) : undefined
      const { blocks, normalised, scaled, targetIds, logPartition, loss } = await score(hidden, targets, scale, (start, size) =>
        factor ? executor.rows(factor, start, size) : executor.scratch(`head.scores.${start}`, [size, positions]),
      )
      const table = parameters.value(tableName)
      const partition = executor.upload(logPartition, [positions])
      const ofTable = factored ? tableGradient.asFactors(targets, scaled, factor) : tableGradient.made(targets, scaled)
      let expected = executor.zeros(states, 'head.expected.0')
      for (const [index, block] of blocks.entries()) {
        const { start, size, scores } = block
        const before = expected
        expected = await ofTable.walk(
          block,
          { block: executor.rows(table, start, size), scores, logPartition: partition, accumulated: before },
          executor.scratch(`head.expected.${(index + 1) % 2}`, states),
        )
        executor.release(before)
      }
      await ofTable.end()
      const back = entries(
        await executor.run(
          programs.hiddenGradient,
          { expected, table, targets: targetIds, scale: scalar(scale) },
          { 'gradient.normalised': executor.scratch('head.gradient.normalised', states) },
        ),
        'gradient.normalised',
      )
      const result = await executor.run(
        programs.normBackward,
        { hidden, 'gradient.normalised': back['gradient.normalised'], ...weights.fed(norm) },
        {
          'gradient.hidden': executor.scratch('head.gradient.hidden', states),
          ...(weights.isTrained(FINAL_NORM) ? { 'gradient.weight': parameters.gradientDestination(FINAL_NORM) } : {}),
        },
      )
      const weightGradient = result['gradient.weight']
      if (weightGradient) await parameters.addGradient(FINAL_NORM, weightGradient)
      executor.release(normalised, targetIds, partition, expected, back['gradient.normalised'])
      return { loss, gradient: entries(result, 'gradient.hidden')['gradient.hidden'] }
    },
  }
}
