import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Graph } from '../../../../src-main/engine/4-graph/graph.ts'
import { lower } from '../../../../src-main/engine/4-graph/lower.ts'
import { input } from '../../../../src-main/engine/4-graph/ops/input.ts'
import { matmul } from '../../../../src-main/engine/4-graph/ops/matmul.ts'
import { scale } from '../../../../src-main/engine/4-graph/ops/scale.ts'
import { program } from '../../../../src-main/engine/4-graph/program.ts'
import type { Executor } from '../../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../../src-main/engine/5-exec/ortExecutor.ts'

const [TOKENS, OUT, IN] = [3, 1501, 5]
const GRADIENT = Float32Array.from({ length: TOKENS * OUT }, (_, i) => Math.sin(i))
const GIVEN = Float32Array.from({ length: TOKENS * IN }, (_, i) => Math.cos(i))
/** gradientᵀ given, in float64. */
const PRODUCT = Array.from({ length: OUT * IN }, (_, at) => {
  const [row, column] = [Math.floor(at / IN), at % IN]
  return [0, 1, 2].reduce((sum, n) => sum + (GRADIENT[n * OUT + row] ?? NaN) * (GIVEN[n * IN + column] ?? NaN), 0)
})

function weightGradient() {
  const graph = new Graph()
  const weight = matmul(graph, input(graph, 'gradient', ['N', OUT]), input(graph, 'given', ['N', IN]), { transposeA: true })
  return { graph, weight }
}

describe("a weight's gradient with many rows", () => {
  let executor: Executor
  beforeAll(async () => void (executor = await createOrtExecutor({ threads: 2 })))
  afterAll(() => executor.dispose())

  const fed = () => ({
    gradient: executor.upload(GRADIENT.slice(), [TOKENS, OUT]),
    given: executor.upload(GIVEN.slice(), [TOKENS, IN]),
  })
  const isProduct = (found: ArrayLike<number>): void => {
    expect(found.length).toBe(PRODUCT.length)
    PRODUCT.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5))
  }

  it('is computed in stretches that cover its rows, each once', () => {
    const { graph, weight } = weightGradient()
    const stretches = lower(program('test', graph, { weight })).stretches.get('weight') ?? []
    expect(stretches.map(({ start }) => start)).toEqual([0, 500, 1001])
    expect(stretches.reduce((sum, { count }) => sum + count, 0)).toBe(OUT)
  })

  it('is the same, with a place to be written to and without', async () => {
    const { graph, weight } = weightGradient()
    const executable = await executor.compile(program('test', graph, { weight }))
    const place = executor.zeros([OUT, IN])
    for (const destinations of [{}, { weight: place }]) {
      const { weight: found } = await executor.run(executable, fed(), destinations)
      expect(found?.shape).toEqual([OUT, IN])
      if (found) isProduct(await executor.download(found))
    }
    isProduct(await executor.download(place))
  })

  it('is computed as a whole where something else reads it', async () => {
    const { graph, weight } = weightGradient()
    const twice = scale(graph, weight, 2)
    const read = program('test', graph, { weight, twice })
    expect(lower(read).stretches.size).toBe(0)
    const { weight: found, twice: double } = await executor.run(await executor.compile(read), fed())
    if (found) isProduct(await executor.download(found))
    if (double) isProduct((await executor.download(double)).map((value) => value / 2))
  })
})
