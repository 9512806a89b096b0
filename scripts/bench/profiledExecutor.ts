import { count } from '../../src-main/engine/4-graph/elements.ts'
import { matmulOp, type MatmulAttributes } from '../../src-main/engine/4-graph/ops/matmul.ts'
import type { Program } from '../../src-main/engine/4-graph/program.ts'
import type { Executor, Tensor } from '../../src-main/engine/5-exec/executor.ts'
import type { Spent } from './measurement.ts'

export interface Profile {
  executor: Executor
  /** By the name of the program or of the executor's function, since the last `reset`. */
  spent: ReadonlyMap<string, Spent>
  reset(): void
}

/** The executor's own functions that take time; what programs take is counted under the programs' names. */
const TIMED = ['add', 'addToRows', 'sumOfSquares', 'quantise', 'dequantise', 'adamW', 'adamW8bit', 'adafactor', 'sgd'] as const
const TIMED_AT_ONCE = ['upload', 'zeros', 'addRows', 'concatenate'] as const

/** An executor that notes what its time goes into. */
export function profiledExecutor(executor: Executor): Profile {
  const spent = new Map<string, Spent>()
  function note(name: string, started: number, operations = 0): void {
    const before = spent.get(name) ?? { calls: 0, seconds: 0, operations: 0 }
    spent.set(name, {
      calls: before.calls + 1,
      seconds: before.seconds + (performance.now() - started) / 1000,
      operations: before.operations + operations,
    })
  }
  const profiled: Executor = {
    ...executor,
    async run(executable, inputs, destinations) {
      const started = performance.now()
      const results = await executor.run(executable, inputs, destinations)
      note(executable.program.name, started, operationsOf(executable.program, inputs))
      return results
    },
  }
  const timed = <Words extends unknown[], Answer>(name: string, work: (...words: Words) => Answer) =>
    function (...words: Words): Answer {
      const started = performance.now()
      const answer = work(...words)
      if (answer instanceof Promise) return answer.finally(() => note(name, started)) as Answer
      note(name, started)
      return answer
    }
  for (const name of [...TIMED, ...TIMED_AT_ONCE])
    Object.assign(profiled, { [name]: timed<never[], unknown>(name, executor[name] as (...words: never[]) => unknown) })
  return { executor: profiled, spent, reset: () => spent.clear() }
}

/** Of a program's matrix products, for the lengths of what it is fed. */
function operationsOf({ graph, order, inputs }: Program, fed: Readonly<Record<string, Tensor>>): number {
  const lengths = new Map<string, number>()
  for (const { name, shape } of inputs)
    shape.forEach((length, axis) => {
      const found = fed[name]?.shape[axis]
      if (typeof length === 'string' && found !== undefined) lengths.set(length, found)
    })
  const known = (shape: readonly (number | string)[]): number[] =>
    shape.map((length) => (typeof length === 'number' ? length : (lengths.get(length) ?? NaN)))
  return order.reduce((sum, value) => {
    const node = graph.node(value)
    const [first] = node.inputs
    if (node.op.name !== matmulOp.name || first === undefined) return sum
    const inner = known(graph.shape(first)).at((node.attributes as MatmulAttributes).transposeA ? -2 : -1) ?? NaN
    return sum + 2 * count(known(node.shape)) * inner
  }, 0)
}
