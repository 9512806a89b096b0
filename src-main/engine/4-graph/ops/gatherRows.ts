import { both, count } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const gatherRowsOp: Op<null> = {
  name: 'gatherRows',
  shape: (inputs) => {
    const [table, indices] = both(inputs)
    return [...indices, ...table.slice(1)]
  },
  // The gradient is a scatter-add into a table of the vocabulary's size: an Executor's kernel, `addRows`, does that in place.
  gradient: null,
  toOnnx: ({ inputs, output }) => [{ operator: 'Gather', inputs: [...inputs], outputs: [output], attributes: { axis: 0 } }],
  evaluate: (inputs) => {
    const [table, indices] = both(inputs)
    const length = count(table.shape.slice(1))
    const out = new Float64Array(indices.data.length * length)
    indices.data.forEach((index, row) => out.set(table.data.subarray(index * length, (index + 1) * length), row * length))
    return out
  },
}

/** table[indices]: rows of a table along its first axis. indices: int64 */
export const gatherRows = (graph: Graph, table: Value, indices: Value): Value =>
  apply(graph, gatherRowsOp, [table, indices], null)
