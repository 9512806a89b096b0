import type { ModelConfig } from '../config.ts'
import { Graph } from '../graph.ts'
import { add } from '../ops/add.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import { multiply } from '../ops/multiply.ts'
import { sum } from '../ops/sum.ts'
import { program, type Program } from '../program.ts'

/** table [V, D], ids [N] → hidden [N, D] */
export function embedding({ vocabularySize, hiddenSize }: ModelConfig): Program {
  const graph = new Graph()
  const table = input(graph, 'table', [vocabularySize, hiddenSize])
  return program('embedding', graph, { hidden: gatherRows(graph, table, input(graph, 'ids', ['N'], 'int64')) })
}

/**
 * What a table's gradient that is the product of factor [V, S] and scaled [S, D] gains in its squared norm, squaredNorm [], when values [R, D] are added to
 * its rows [R], each once: Σ values ∘ (2 · the product's rows + values).
 */
export function addedRowsNorm({ vocabularySize, hiddenSize }: ModelConfig): Program {
  const graph = new Graph()
  const factor = input(graph, 'factor', [vocabularySize, 'S'])
  const values = input(graph, 'values', ['R', hiddenSize])
  const chosen = gatherRows(graph, factor, input(graph, 'rows', ['R'], 'int64'))
  const before = matmul(graph, chosen, input(graph, 'scaled', ['S', hiddenSize]), { factor: 2 })
  return program('addedRowsNorm', graph, { squaredNorm: sum(graph, multiply(graph, values, add(graph, before, values)), [0, 1]) })
}

/** from [N, W], indices [S] → rows [S, W] */
export function selectRows(): Program {
  const graph = new Graph()
  const from = input(graph, 'from', ['N', 'W'])
  return program('selectRows', graph, { rows: gatherRows(graph, from, input(graph, 'indices', ['S'], 'int64')) })
}
