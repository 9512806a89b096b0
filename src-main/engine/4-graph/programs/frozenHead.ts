import type { ModelConfig } from '../config.ts'
import { differentiate } from '../differentiate.ts'
import { Graph, type Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { exponential } from '../ops/exponential.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import { max } from '../ops/max.ts'
import { maximum } from '../ops/maximum.ts'
import { multiply } from '../ops/multiply.ts'
import { reshape } from '../ops/reshape.ts'
import { rmsNorm } from '../ops/rmsInverse.ts'
import { subtract } from '../ops/subtract.ts'
import { sum } from '../ops/sum.ts'
import { program, type Program } from '../program.ts'
import { required } from './layerWeights.ts'

/** So many rows of the vocabulary's table from `start`, which a program reads as one input. */
export interface TableBlock {
  input: string
  start: number
  size: number
}

/**
 * The language-model head over a table that is not trained. What head.ts needs two passes for, since a block's gradient asks for the sum over
 * all blocks, takes one here: the sum over the vocabulary and the expected row are carried from block to block relative to the largest score
 * so far, and scaled when a larger one comes (Milakov & Gimelshein 2018, arXiv:1805.02867). No block's scores outlive it.
 */
export interface FrozenHeadPrograms {
  blocks: TableBlock[]
  /** hidden [S, D], weight [D], table [V, D] and its blocks, targets [S] → largest [S], total [S] = Σ_v exp(score - largest), chosen [S]: the target's score */
  loss: Program
  /** The same and accumulated [S, D] = Σ_v exp(score - largest) e_v */
  walk: Program
  /** hidden, weight, table, targets, accumulated, factor [S, 1] = scale / total, scale [] → gradient.hidden [S, D], and gradient.weight where it is trained */
  gradient: Program
}

export function frozenHead(config: ModelConfig, blockSize: number, trainsNorm: boolean): FrozenHeadPrograms {
  const { vocabularySize, hiddenSize, rmsNormEpsilon } = config
  const blocks: TableBlock[] = []
  for (let start = 0; start < vocabularySize; start += blockSize)
    blocks.push({ input: `block.${start}`, start, size: Math.min(blockSize, vocabularySize - start) })

  const beginning = () => {
    const graph = new Graph()
    const hidden = input(graph, 'hidden', ['S', hiddenSize])
    const weight = input(graph, 'weight', [hiddenSize])
    const table = input(graph, 'table', [vocabularySize, hiddenSize])
    const targetRows = gatherRows(graph, table, input(graph, 'targets', ['S'], 'int64'))
    return { graph, hidden, weight, targetRows, normalised: rmsNorm(graph, hidden, weight, rmsNormEpsilon) }
  }

  const { graph, normalised, targetRows } = beginning()
  const chosen = sum(graph, multiply(graph, normalised, targetRows), [1])
  let carried: { largest: Value; total: Value; accumulated: Value } | null = null
  for (const { input: name, size } of blocks) {
    const block = input(graph, name, [size, hiddenSize])
    const scores = matmul(graph, block, normalised, { transposeB: true })
    const blockLargest = max(graph, scores, [0])
    const largest: Value = carried ? maximum(graph, carried.largest, blockLargest) : blockLargest
    const powers = exponential(graph, subtract(graph, scores, largest))
    const blockTotal = sum(graph, powers, [0])
    const rows = matmul(graph, powers, block, { transposeA: true })
    if (carried) {
      const shrink = exponential(graph, subtract(graph, carried.largest, largest))
      const before = multiply(graph, carried.accumulated, reshape(graph, shrink, ['S', 1]))
      carried = {
        largest,
        total: add(graph, multiply(graph, carried.total, shrink), blockTotal),
        accumulated: add(graph, before, rows),
      }
    } else carried = { largest, total: blockTotal, accumulated: rows }
  }
  if (!carried) throw new Error('a vocabulary has a token')
  const { largest, total, accumulated } = carried
  const loss = program('frozenHead.loss', graph, { largest, total, chosen })
  const walk = program('frozenHead', graph, { largest, total, chosen, accumulated })

  const back = beginning()
  const expected = multiply(
    back.graph,
    input(back.graph, 'accumulated', ['S', hiddenSize]),
    input(back.graph, 'factor', ['S', 1]),
  )
  const scaledTargets = multiply(back.graph, back.targetRows, input(back.graph, 'scale', []))
  const seed = subtract(back.graph, expected, scaledTargets)
  const wanted = trainsNorm ? [back.hidden, back.weight] : [back.hidden]
  const gradients = differentiate(back.graph, new Map([[back.normalised, seed]]), wanted)
  const gradient = program('frozenHead.gradient', back.graph, {
    'gradient.hidden': required(gradients, back.hidden),
    ...(trainsNorm ? { 'gradient.weight': required(gradients, back.weight) } : {}),
  })
  return { blocks, loss, walk, gradient }
}
