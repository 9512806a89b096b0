import * as ort from 'onnxruntime-node'
import { count } from '../../src-main/engine/4-graph/elements.ts'
import { withRefusedOutput, runInPlace } from '../../src-main/engine/5-exec/runInPlace.ts'
import { encodeOnnx, MICROSOFT, type OnnxNode } from '../../src-main/files/onnx.ts'
import type { Benchmark, BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { spread, type Spread } from './spread.ts'

const SECONDS = 1

interface Lowering {
  name: string
  nodes: OnnxNode[]
}

const gemm = (transA: number, transB: number): Lowering => ({
  name: 'Gemm',
  nodes: [{ operator: 'Gemm', inputs: ['a', 'b'], outputs: ['y'], attributes: { transA, transB } }],
})
const fused = (transA: number, transB: number): Lowering => ({
  name: 'FusedMatMul',
  nodes: [{ operator: 'FusedMatMul', domain: MICROSOFT, inputs: ['a', 'b'], outputs: ['y'], attributes: { transA, transB } }],
})
const transposed: Lowering = {
  name: 'Transpose, MatMul',
  nodes: [
    { operator: 'Transpose', inputs: ['a'], outputs: ['t'], attributes: { perm: [1, 0] } },
    { operator: 'MatMul', inputs: ['t', 'b'], outputs: ['y'] },
  ],
}

interface MatmulResult extends BenchmarkResult {
  products: { product: string; lowering: string; operations: number; seconds: Spread }[]
}

/** The matrix products of a 0.5B model's layer in each lowering that computes them; 4-graph/ops/matmul.ts takes the quicker ones. */
async function measure({ tiny }: { tiny: boolean }): Promise<MatmulResult> {
  const [tokens, width, inner, blockRows, positions] = tiny ? [16, 32, 64, 64, 8] : [512, 896, 4864, 2048, 176]
  const cases: { product: string; a: number[]; b: number[]; y: number[]; operations: number; lowerings: Lowering[] }[] = [
    {
      product: `forward  x Wᵀ  [${tokens} × ${width}] [${inner} × ${width}]ᵀ`,
      a: [tokens, width],
      b: [inner, width],
      y: [tokens, inner],
      operations: 2 * tokens * width * inner,
      lowerings: [gemm(0, 1), fused(0, 1)],
    },
    {
      product: `input gradient  dy W  [${tokens} × ${inner}] [${inner} × ${width}]`,
      a: [tokens, inner],
      b: [inner, width],
      y: [tokens, width],
      operations: 2 * tokens * width * inner,
      lowerings: [gemm(0, 0), fused(0, 0)],
    },
    {
      product: `weight gradient  dyᵀ x  [${tokens} × ${inner}]ᵀ [${tokens} × ${width}]`,
      a: [tokens, inner],
      b: [tokens, width],
      y: [inner, width],
      operations: 2 * tokens * width * inner,
      lowerings: [gemm(1, 0), fused(1, 0), transposed],
    },
    {
      product: `head, a block  pᵀ E  [${blockRows} × ${positions}]ᵀ [${blockRows} × ${width}]`,
      a: [blockRows, positions],
      b: [blockRows, width],
      y: [positions, width],
      operations: 2 * blockRows * positions * width,
      lowerings: [gemm(1, 0), fused(1, 0), transposed],
    },
  ]
  const products: MatmulResult['products'] = []
  for (const { product, a, b, y, operations, lowerings } of cases)
    for (const { name, nodes } of lowerings)
      products.push({
        product,
        lowering: name,
        operations,
        seconds: spread(await secondsOfRuns(nodes, a, b, y, tiny ? 0.02 : SECONDS)),
      })
  return { versions: { onnxruntime: ort.env.versions.node ?? '' }, products }
}

function table({ products }: MatmulResult): string {
  return formatTable(
    ['product', 'lowering', 'GFLOPS, quickest', 'median', 'slowest'],
    products.map(({ product, lowering, operations, seconds: { quickest, median, slowest } }) => [
      product,
      lowering,
      ...[quickest, median, slowest].map((seconds) => (operations / seconds / 1e9).toFixed(0)),
    ]),
  )
}

/** As often as there is time for. */
async function secondsOfRuns(nodes: OnnxNode[], a: number[], b: number[], y: number[], seconds: number): Promise<number[]> {
  const value = (name: string, shape: number[]) => ({ name, type: 'float32' as const, shape })
  const session = await ort.InferenceSession.create(
    encodeOnnx(withRefusedOutput({ nodes, inputs: [value('a', a), value('b', b)], outputs: [value('y', y)], initializers: [] })),
    { extra: { session: { intra_op: { allow_spinning: '0' } } } },
  )
  const tensor = (shape: number[]) => new ort.Tensor('float32', new Float32Array(count(shape)).fill(0.5), shape)
  const [feeds, places] = [{ a: tensor(a), b: tensor(b) }, { y: tensor(y) }]
  const found: number[] = []
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const start = performance.now()
    await runInPlace(session, feeds, places)
    found.push((performance.now() - start) / 1000)
  }
  await session.release()
  return found
}

export const matmulBenchmark: Benchmark<object, MatmulResult> = {
  name: 'matmul',
  description: "a layer's matrix products in every lowering that computes them",
  title: 'Matrix products',
  about: `The products of a model of half a billion parameters, in each way in which onnxruntime can be asked for them; the engine takes the quicker ones
(\`src-main/engine/4-graph/ops/matmul.ts\`). GFLOPS are milliards of multiplications and additions a second.`,
  options: [],
  measure,
  table,
}
