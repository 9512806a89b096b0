import type { ModelConfig } from '../config.ts'
import { Graph } from '../graph.ts'
import { gatherRows } from '../ops/gatherRows.ts'
import { input } from '../ops/input.ts'
import { program, type Program } from '../program.ts'

/** table [V, D], ids [N] → hidden [N, D] */
export function embedding({ vocabularySize, hiddenSize }: ModelConfig): Program {
  const graph = new Graph()
  const table = input(graph, 'table', [vocabularySize, hiddenSize])
  return program('embedding', graph, { hidden: gatherRows(graph, table, input(graph, 'ids', ['N'], 'int64')) })
}

/** from [N, W], indices [S] → rows [S, W] */
export function selectRows(): Program {
  const graph = new Graph()
  const from = input(graph, 'from', ['N', 'W'])
  return program('selectRows', graph, { rows: gatherRows(graph, from, input(graph, 'indices', ['S'], 'int64')) })
}
