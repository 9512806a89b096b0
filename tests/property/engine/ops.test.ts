import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differentiate } from '../../../src-main/engine/4-graph/differentiate.ts'
import { count } from '../../../src-main/engine/4-graph/elements.ts'
import { apply, Graph, type Op, type Value } from '../../../src-main/engine/4-graph/graph.ts'
import { input } from '../../../src-main/engine/4-graph/ops/input.ts'
import { OPS } from '../../../src-main/engine/4-graph/ops/index.ts'
import { program } from '../../../src-main/engine/4-graph/program.ts'
import type { Executor } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'

interface Example {
  /** Shapes of float32 operands. */
  operands: number[][]
  /** Row indices, for ops that take them as a last operand. */
  indices?: number[]
  attributes: unknown
}

const length = fc.integer({ min: 1, max: 4 })
const shape = fc.array(length, { minLength: 1, maxLength: 4 })
/** A shape that broadcasts to `to`: leading axes left out, some axes 1. */
const broadcastable = (to: number[]): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.integer({ min: 0, max: to.length }), fc.array(fc.boolean(), { minLength: to.length, maxLength: to.length }))
    .map(([drop, ones]) => to.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop))
const unary = shape.map((operand): Example => ({ operands: [operand], attributes: null }))
const binary = shape
  .chain((to) => fc.tuple(broadcastable(to), broadcastable(to)))
  .map(([a, b]): Example => ({ operands: [a, b], attributes: null }))
const reduction = shape.chain((from) =>
  fc
    .tuple(fc.subarray([...from.keys()], { minLength: 1 }), fc.boolean())
    .map(([axes, keepAxes]): Example => ({ operands: [from], attributes: { axes, keepAxes } })),
)

/** Random operands and attributes for every op. An op without them does not compile. */
const EXAMPLES: Record<keyof typeof OPS, fc.Arbitrary<Example>> = {
  add: binary,
  exponential: unary,
  gatherRows: fc
    .tuple(length, shape)
    .chain(([rows, rest]) =>
      fc
        .array(fc.integer({ min: 0, max: rows - 1 }), { minLength: 1, maxLength: 5 })
        .map((indices) => ({ operands: [[rows, ...rest]], indices, attributes: null })),
    ),
  matmul: fc
    .record({
      batch: fc.array(length, { maxLength: 2 }),
      rows: length,
      inner: length,
      columns: length,
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      factor: fc.constantFrom(1, 0.5),
      shared: fc.boolean(),
    })
    .map(({ batch, rows, inner, columns, transposeA, transposeB, factor, shared }) => ({
      operands: [
        [...batch, ...(transposeA ? [inner, rows] : [rows, inner])],
        [...(shared ? [] : batch), ...(transposeB ? [columns, inner] : [inner, columns])],
      ],
      attributes: { transposeA, transposeB, factor },
    })),
  max: reduction,
  maximum: binary,
  multiply: binary,
  reshape: shape.map((from) => ({ operands: [from], attributes: { shape: [count(from)] } })),
  rmsInverse: shape.map((from) => ({ operands: [from], attributes: { epsilon: 1e-5 } })),
  rotateHalf: shape.map((from) => ({ operands: [[...from, 2 * from.length]], attributes: null })),
  scale: shape.map((from) => ({ operands: [from], attributes: { factor: -0.75 } })),
  sigmoid: unary,
  silu: unary,
  softmax: unary,
  subtract: binary,
  sum: reduction,
  transpose: shape.chain((from) =>
    fc
      .shuffledSubarray([...from.keys()], { minLength: from.length })
      .map((order) => ({ operands: [from], attributes: { order } })),
  ),
}

/** A graph of the one op, with its operands as inputs. */
function build(op: Op, { operands, indices, attributes }: Example): { graph: Graph; inputs: Value[]; output: Value } {
  const graph = new Graph()
  const inputs = operands.map((operand, i) => input(graph, `operand${i}`, operand))
  const all = indices ? [...inputs, input(graph, 'indices', [indices.length], 'int64')] : inputs
  return { graph, inputs, output: apply(graph, op, all, attributes) }
}

async function run(
  executor: Executor,
  graph: Graph,
  output: Value,
  data: Float32Array[],
  example: Example,
  extra: Record<string, Float32Array> = {},
) {
  const executable = await executor.compile(program('test', graph, { output }))
  const feeds = Object.fromEntries(
    data.map((values, i) => [`operand${i}`, executor.upload(values.slice(), example.operands[i] ?? [])]),
  )
  if (example.indices) feeds['indices'] = executor.upload(Int32Array.from(example.indices), [example.indices.length])
  for (const [name, values] of Object.entries(extra)) {
    const { shape: wanted } = executable.program.inputs.find((each) => each.name === name) ?? { shape: [] }
    feeds[name] = executor.upload(values.slice(), wanted as number[])
  }
  const { output: result } = await executor.run(executable, feeds)
  if (!result) throw new Error('no output')
  return result
}

/** Reproducible values between 0.25 and 2 in size: finite differences need slopes that do not change too fast. */
function values(size: number, seed: number): Float32Array {
  let state = seed | 1
  return Float32Array.from({ length: size }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    const uniform = ((state >>> 8) / 2 ** 24) * 2 - 1
    return 1.75 * uniform + Math.sign(uniform) * 0.25
  })
}

const names = Object.keys(OPS) as (keyof typeof OPS)[]

const differentiable = names.filter((name) => OPS[name].gradient)
const casesOf = (name: keyof typeof OPS) => fc.tuple(EXAMPLES[name], fc.integer({ min: 1, max: 2 ** 30 }))
const operandsOf = (example: Example, seed: number) => example.operands.map((operand, i) => values(count(operand), seed + i))

describe('onnxruntime computes what the reference defines', () => {
  test.each(names)('%s', async (name) => {
    const [op, cases] = [OPS[name] as Op, casesOf(name)]
    const [ort, reference] = [await createOrtExecutor({ threads: 1 }), createReferenceExecutor()]
    await fc.assert(
      fc.asyncProperty(cases, async ([example, seed]) => {
        const { graph, output } = build(op, example)
        const data = operandsOf(example, seed)
        const [a, b] = [await run(ort, graph, output, data, example), await run(reference, graph, output, data, example)]
        expect([...a.shape]).toEqual([...b.shape])
        const [found, wanted] = [await ort.download(a), await reference.download(b)]
        found.forEach((value, i) => {
          expect(Math.abs(value - (wanted[i] ?? NaN))).toBeLessThan(1e-5 * (1 + Math.abs(wanted[i] ?? NaN)))
        })
      }),
      { numRuns: 30 },
    )
    await ort.dispose()
  })
})

describe('the gradient is that of finite differences', () => {
  test.each(differentiable)('%s', async (name) => {
    const [op, cases] = [OPS[name] as Op, casesOf(name)]
    const reference = createReferenceExecutor()
    await fc.assert(
      fc.asyncProperty(cases, async ([example, seed]) => {
        const { graph, inputs, output } = build(op, example)
        const data = operandsOf(example, seed)
        // loss = Σ seedᵢ outputᵢ
        const size = count(graph.shape(output) as number[])
        const weights = values(size, seed + 99)
        const upstream = input(graph, 'upstream', graph.shape(output))
        const gradients = differentiate(graph, new Map([[output, upstream]]), inputs)
        const loss = async (operands: Float32Array[]): Promise<number> => {
          const { data: result } = (await run(reference, graph, output, operands, example)) as unknown as { data: Float64Array }
          return result.reduce((total, value, i) => total + value * (weights[i] ?? NaN), 0)
        }
        for (const [i, operand] of data.entries()) {
          const gradient = gradients.get(inputs[i] ?? -1)
          if (gradient === undefined) throw new Error(`no gradient for operand ${i}`)
          expect(graph.shape(gradient)).toEqual(example.operands[i])
          const found = await reference.download(await run(reference, graph, gradient, data, example, { upstream: weights }))
          for (const at of operand.keys()) {
            const step = 2 ** -10
            const moved = (by: number) =>
              data.map((values, j) => (j === i ? values.map((value, k) => (k === at ? value + by : value)) : values))
            const slope = ((await loss(moved(step))) - (await loss(moved(-step)))) / (2 * step)
            expect(Math.abs((found[at] ?? NaN) - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)))
          }
        }
      }),
      { numRuns: 15 },
    )
  })
})
