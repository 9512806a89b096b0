import { MICROSOFT, type OnnxNode } from '../../../files/onnx.ts'
import { both, broadcastStrides, count, evenStretches, type Stretch } from '../elements.ts'
import { apply, broadcastShapes, type Graph, type LoweringContext, type Op, type Shape, type Value } from '../graph.ts'
import { unbroadcast } from './sum.ts'

export interface MatmulAttributes {
  /** Use a's last two axes the other way round. */
  transposeA: boolean
  transposeB: boolean
  /** Factor on the result. */
  factor: number
}

const PLAIN: MatmulAttributes = { transposeA: false, transposeB: false, factor: 1 }

/** [rows, columns] of the last two axes as they are used. */
function matrix<D extends Shape>(shape: D, transposed: boolean): [D[number], D[number]] {
  const [rows, columns] = shape.slice(-2)
  if (rows === undefined || columns === undefined) throw new Error('two axes at least')
  return transposed ? [columns, rows] : [rows, columns]
}

/**
 * A weight's gradient aᵀb: transposing first was quicker than MLAS's transposed read with AVX2 (150 to 137 GFLOPS) and is level with AVX-512
 * (`npm run bench -- matmul`).
 */
const isWeightGradient = (inputs: readonly Shape[], { transposeA, transposeB, factor }: MatmulAttributes): boolean =>
  inputs.every((shape) => shape.length === 2) && transposeA && !transposeB && factor === 1

/**
 * Rows of a weight's gradient that are computed at a time. MLAS goes over a result once for every 128 of the inner lengths, in columns of 128: of a taller result those
 * do not stay in a core's cache from one time to the next (`docs/adr/0024-weight-gradients-in-stretches.md`).
 */
const STRETCH = 640

/** In what stretches of rows a product should be computed; null where it should be as a whole. */
export function stretchesOf(inputs: readonly Shape[], attributes: MatmulAttributes): Stretch[] | null {
  const [rows] = matrix(both(inputs)[0], attributes.transposeA)
  if (!isWeightGradient(inputs, attributes) || typeof rows !== 'number' || rows <= STRETCH) return null
  return evenStretches(rows, Math.ceil(rows / STRETCH))
}

/** The nodes of a product of which each stretch has an output. */
export function stretchesToOnnx(
  { inputs, temporary, int64 }: Pick<LoweringContext<MatmulAttributes>, 'inputs' | 'temporary' | 'int64'>,
  stretches: readonly (Stretch & { output: string })[],
): OnnxNode[] {
  const [a, b] = both(inputs)
  const transposed = temporary()
  return [
    { operator: 'Transpose', inputs: [a], outputs: [transposed], attributes: { perm: [1, 0] } },
    ...stretches.flatMap(({ start, count: rows, output }): OnnxNode[] => {
      const some = temporary()
      return [
        { operator: 'Slice', inputs: [transposed, int64([start]), int64([start + rows]), int64([0])], outputs: [some] },
        { operator: 'MatMul', inputs: [some, b], outputs: [output] },
      ]
    }),
  ]
}

export const matmulOp: Op<MatmulAttributes> = {
  name: 'matmul',
  shape: (inputs, { transposeA, transposeB }) => {
    const [a, b] = both(inputs)
    const [rows, inner] = matrix(a, transposeA)
    const [innerB, columns] = matrix(b, transposeB)
    if (inner !== innerB) throw new Error(`inner lengths ${inner} and ${innerB} differ`)
    return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, columns]
  },
  gradient: ({ graph, inputs, upstream, needed, attributes: { transposeA, transposeB, factor } }) => {
    const [a, b] = both(inputs)
    const forA = () =>
      transposeA
        ? matmul(graph, b, upstream, { transposeA: transposeB, transposeB: true, factor })
        : matmul(graph, upstream, b, { transposeB: !transposeB, factor })
    const forB = () =>
      transposeB
        ? matmul(graph, upstream, a, { transposeA: true, transposeB: transposeA, factor })
        : matmul(graph, a, upstream, { transposeA: !transposeA, factor })
    return [
      needed[0] ? unbroadcast(graph, forA(), graph.shape(a)) : undefined,
      needed[1] ? unbroadcast(graph, forB(), graph.shape(b)) : undefined,
    ]
  },
  toOnnx: ({ inputs, inputShapes, output, attributes, temporary }) => {
    const { transposeA, transposeB, factor } = attributes
    const [a, b] = both(inputs)
    const flat = inputShapes.every((shape) => shape.length === 2)
    if (isWeightGradient(inputShapes, attributes)) {
      const transposed = temporary()
      return [
        { operator: 'Transpose', inputs: [a], outputs: [transposed], attributes: { perm: [1, 0] } },
        { operator: 'MatMul', inputs: [transposed, b], outputs: [output] },
      ]
    }
    if (flat)
      return [
        {
          operator: 'Gemm',
          inputs: [a, b],
          outputs: [output],
          attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: factor } },
        },
      ]
    return [
      {
        operator: 'FusedMatMul',
        domain: MICROSOFT,
        inputs: [a, b],
        outputs: [output],
        attributes: { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: factor } },
      },
    ]
  },
  evaluate: (inputs, { transposeA, transposeB, factor }, shape) => {
    const [a, b] = both(inputs)
    const [rows, inner] = matrix(a.shape, transposeA)
    const [, columns] = matrix(b.shape, transposeB)
    const batch = shape.slice(0, -2)
    const batches = count(batch)
    const start = (tensor: { shape: readonly number[] }, index: number): number => {
      const own = tensor.shape.slice(0, -2)
      const strides = broadcastStrides(own, batch)
      let rest = index
      let at = 0
      for (let axis = batch.length - 1; axis >= 0; axis--) {
        const length = batch[axis] ?? 1
        at += (rest % length) * (strides[axis] ?? 0)
        rest = Math.floor(rest / length)
      }
      return at * count(tensor.shape.slice(-2))
    }
    const [strideRow, strideInnerA] = transposeA ? [1, rows] : [inner, 1]
    const [strideInnerB, strideColumn] = transposeB ? [1, inner] : [columns, 1]
    const out = new Float64Array(count(shape))
    for (let index = 0; index < batches; index++) {
      const startA = start(a, index)
      const startB = start(b, index)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          let total = 0
          for (let k = 0; k < inner; k++)
            total +=
              (a.data[startA + row * strideRow + k * strideInnerA] ?? NaN) *
              (b.data[startB + k * strideInnerB + column * strideColumn] ?? NaN)
          out[(index * rows + row) * columns + column] = factor * total
        }
    }
    return out
  },
}

/** factor · a b over the last two axes, the axes before them broadcast. */
export const matmul = (graph: Graph, a: Value, b: Value, attributes: Partial<MatmulAttributes> = {}): Value =>
  apply(graph, matmulOp, [a, b], { ...PLAIN, ...attributes })
