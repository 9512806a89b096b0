import type { ModelConfig } from '../4-graph/config.ts'
import { headTableName } from '../4-graph/parameters.ts'
import type { HeadPrograms } from '../4-graph/programs/head.ts'
import type { Executable, Executor, Tensor } from '../5-exec/executor.ts'
import { entries } from './entries.ts'
import type { ParameterStore } from './parameterStore.ts'

/** A block of the vocabulary: its first row, and its scores [B, S]. */
export interface ScoredBlock {
  start: number
  size: number
  scores: Tensor
}

/** The way back over the blocks, and what it leaves of the table's gradient. */
export interface TableWalk {
  /** @returns Σ_v p_v e_v so far [S, D] */
  walk(block: ScoredBlock, inputs: Record<string, Tensor>, sum: Tensor | undefined): Promise<Tensor>
  end(): Promise<void>
}

/** The gradient of the head's table, in the two ways in which it is added to the parameters': made at once, or as factors of it. */
export function createTableGradient(
  config: ModelConfig,
  executor: Executor,
  programs: Readonly<Record<Extract<keyof HeadPrograms, 'blockGradient' | 'blockFactor' | 'tableNorm'>, Executable>>,
  parameters: ParameterStore,
) {
  const { vocabularySize } = config
  const tableName = headTableName(config)

  function made(targets: Int32Array, scaled: Tensor): TableWalk {
    const gradient = parameters.gradientInBlocks(tableName)
    return {
      async walk({ start, size, scores }, inputs, sum) {
        const destinations = { 'gradient.block': gradient.destination(start, size), sum }
        const result = entries(
          await executor.run(programs.blockGradient, { ...inputs, scaled }, destinations),
          'gradient.block',
          'sum',
        )
        executor.release(scores)
        await gradient.add(start, result['gradient.block'])
        return result.sum
      },
      end() {
        gradient.end()
        parameters.addGradientRows(tableName, targets, scaled, -1)
        executor.release(scaled)
        return Promise.resolve()
      },
    }
  }

  /** The probabilities take the scores' place, where that is in `factor`. */
  function asFactors(targets: Int32Array, scaled: Tensor, factor: Tensor | undefined): TableWalk {
    const positions = targets.length
    const blocks: Tensor[] = []
    return {
      async walk({ start, size, scores }, inputs, sum) {
        const destinations = { probabilities: factor && executor.rows(factor, start, size), sum }
        const result = entries(await executor.run(programs.blockFactor, inputs, destinations), 'probabilities', 'sum')
        blocks.push(result.probabilities)
        if (!factor) executor.release(scores)
        return result.sum
      },
      async end() {
        const probabilities = factor ?? executor.concatenate(blocks, [vocabularySize, positions])
        if (!factor) executor.release(...blocks)
        const ones = executor.upload(identity(positions), [positions, positions])
        const gradient = executor.addRows(probabilities, targets, ones, -1)
        const { squaredNorm } = entries(await executor.run(programs.tableNorm, { factor: gradient, scaled }), 'squaredNorm')
        const [norm = NaN] = await executor.download(squaredNorm)
        executor.release(ones, squaredNorm)
        parameters.addFactors([{ name: tableName, gradient, input: scaled }], norm)
      },
    }
  }

  return { made, asFactors }
}

function identity(size: number): Float32Array {
  const ones = new Float32Array(size * size)
  for (let i = 0; i < size; i++) ones[i * (size + 1)] = 1
  return ones
}
