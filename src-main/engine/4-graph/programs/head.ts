import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph } from '../graph.ts'
import { add } from '../ops/add.ts'
import { exponential } from '../ops/exponential.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import { max } from '../ops/max.ts'
import { multiply } from '../ops/multiply.ts'
import { rmsNorm } from '../ops/rmsInverse.ts'
import { subtract } from '../ops/subtract.ts'
import { sum } from '../ops/sum.ts'
import { program, type Program } from '../program.ts'
import { required } from './layerWeights.ts'

/**
 * The language-model head with its cross-entropy, on the S supervised positions only, walked in blocks of B rows of the vocabulary's table:
 * a matrix product that writes all V rows at once runs at half the speed of one that stays in the cache.
 *
 * For hidden states h, table rows e, targets t:  loss_s = log Σ_v exp(h_s·e_v) - h_s·e_t  and, with p = softmax and a factor c on the loss,
 * dh_s = c (Σ_v p_sv e_v - e_t),  de_v = Σ_s p_sv c h_s - Σ_{s: t_s = v} c h_s.
 */
export interface HeadPrograms {
  /** hidden [S, D], weight [D], scale [] → normalised [S, D], scaled = scale · normalised */
  norm: Program
  /** hidden, weight, gradient.normalised → gradient.hidden, and gradient.weight where it is trained */
  normBackward: Program
  /** normalised [S, D], table [V, D], targets [S] → scores [S]: the logit of each target */
  targetScores: Program
  /** block [B, D], normalised [S, D] → scores [B, S], largest [S], total [S] = Σ exp(score - largest) over the block */
  blockScores: Program
  /** block, scores, logPartition [S] = log Σ_v exp, scaled [S, D], accumulated [S, D] → gradient.block [B, D], sum [S, D] = accumulated + pᵀ block */
  blockGradient: Program
  /** In its place, where the table's gradient stays factors: without `scaled` → probabilities [B, S] and sum */
  blockFactor: Program
  /** factor [V, S] = the probabilities, less 1 at each target; scaled → squaredNorm [] of the table's gradient, which is their product */
  tableNorm: Program
  /** expected [S, D] = Σ_v p_v e_v, table, targets, scale → gradient.normalised [S, D] */
  hiddenGradient: Program
}

export function head({ vocabularySize, hiddenSize, rmsNormEpsilon }: ModelConfig, trainsNorm: boolean): HeadPrograms {
  const states = ['S', hiddenSize]
  const table = (graph: Graph) => input(graph, 'table', [vocabularySize, hiddenSize])
  const targets = (graph: Graph) => input(graph, 'targets', ['S'], 'int64')

  const normGraph = new Graph()
  const hidden = input(normGraph, 'hidden', states)
  const weight = input(normGraph, 'weight', [hiddenSize])
  const normalised = rmsNorm(normGraph, hidden, weight, rmsNormEpsilon)
  const scaled = multiply(normGraph, normalised, input(normGraph, 'scale', []))
  const norm = program('head.norm', normGraph, { normalised, scaled })
  const seed = input(normGraph, 'gradient.normalised', states)
  const gradients = differentiate(normGraph, new Map([[normalised, seed]]), trainsNorm ? [hidden, weight] : [hidden])
  const normBackward = program('head.norm.backward', normGraph, {
    'gradient.hidden': required(gradients, hidden),
    ...(trainsNorm ? { 'gradient.weight': required(gradients, weight) } : {}),
  })

  const targetGraph = new Graph()
  const products = multiply(
    targetGraph,
    input(targetGraph, 'normalised', states),
    gatherRows(targetGraph, table(targetGraph), targets(targetGraph)),
  )
  const targetScores = program('head.targetScores', targetGraph, { scores: sum(targetGraph, products, [1]) })

  const scoreGraph = new Graph()
  const scores = matmul(scoreGraph, input(scoreGraph, 'block', ['B', hiddenSize]), input(scoreGraph, 'normalised', states), {
    transposeB: true,
  })
  const largest = max(scoreGraph, scores, [0])
  const total = sum(scoreGraph, exponential(scoreGraph, subtract(scoreGraph, scores, largest)), [0])
  const blockScores = program('head.blockScores', scoreGraph, { scores, largest, total })

  const gradientGraph = new Graph()
  const probabilities = exponential(
    gradientGraph,
    subtract(gradientGraph, input(gradientGraph, 'scores', ['B', 'S']), input(gradientGraph, 'logPartition', ['S'])),
  )
  const expected = matmul(gradientGraph, probabilities, input(gradientGraph, 'block', ['B', hiddenSize]), { transposeA: true })
  const summed = add(gradientGraph, input(gradientGraph, 'accumulated', states), expected)
  const blockGradient = program('head.blockGradient', gradientGraph, {
    'gradient.block': matmul(gradientGraph, probabilities, input(gradientGraph, 'scaled', states)),
    sum: summed,
  })
  const blockFactor = program('head.blockFactor', gradientGraph, { probabilities, sum: summed })

  const tableGraph = new Graph()
  const factor = input(tableGraph, 'factor', [vocabularySize, 'S'])
  const scaledStates = input(tableGraph, 'scaled', states)
  const tableNorm = program('head.tableNorm', tableGraph, {
    squaredNorm: sum(
      tableGraph,
      multiply(
        tableGraph,
        matmul(tableGraph, factor, factor, { transposeA: true }),
        matmul(tableGraph, scaledStates, scaledStates, { transposeB: true }),
      ),
      [0, 1],
    ),
  })

  const hiddenGraph = new Graph()
  const difference = subtract(
    hiddenGraph,
    input(hiddenGraph, 'expected', states),
    gatherRows(hiddenGraph, table(hiddenGraph), targets(hiddenGraph)),
  )
  const hiddenGradient = program('head.hiddenGradient', hiddenGraph, {
    'gradient.normalised': multiply(hiddenGraph, difference, input(hiddenGraph, 'scale', [])),
  })
  return { norm, normBackward, targetScores, blockScores, blockGradient, blockFactor, tableNorm, hiddenGradient }
}
