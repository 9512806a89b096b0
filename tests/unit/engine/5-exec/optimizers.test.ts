import { afterAll, beforeAll, expect, test } from 'vitest'
import { EMBEDDING } from '../../../../src-main/engine/4-graph/parameters.ts'
import type { Executor, Tensor } from '../../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../../src-main/engine/5-exec/referenceExecutor.ts'
import { OPTIMIZERS, optimizerStateBytes } from '../../../../src-main/engine/6-train/optimizers/optimizers.ts'
import type { TrainingSettings } from '../../../../src-main/contract/trainingSettings.ts'

const STEPS = 5
/** A vector, one that is no multiple of four wide, one wider than a chunk of the kernels, one with a ragged last block of 256, the table. */
const PARAMETERS = [
  { name: 'model.norm.weight', shape: [37] },
  { name: 'narrow', shape: [700, 7] },
  { name: 'wide', shape: [3, 9001] },
  { name: 'ragged', shape: [67, 64] },
  { name: EMBEDDING, shape: [100, 64] },
]
const NUMBERS = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, gradientScale: 0.5 }

let kernels: Executor
beforeAll(async () => {
  kernels = await createOrtExecutor({ threads: 2 })
})
afterAll(() => kernels.dispose())

/** Gradients of very different sizes, with zeros among them, and of both signs. */
function noise(length: number, seed: number, isGradient: boolean): Float32Array {
  let state = seed
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  return Float32Array.from({ length }, () => {
    const value = next() - 0.5
    return isGradient ? (next() < 0.1 ? 0 : value * 10 ** (-4 * next())) : value
  })
}

async function trained(executor: Executor, optim: TrainingSettings['optim']): Promise<Map<string, Float64Array>> {
  const optimizer = OPTIMIZERS[optim]
  const parameters = PARAMETERS.map((parameter, index) => {
    const length = parameter.shape.reduce((product, size) => product * size, 1)
    const zero = ({ shape, type }: { shape: readonly number[]; type: string }): Tensor =>
      type === 'uint8' ? executor.upload(new Uint8Array(length), shape) : executor.zeros(shape)
    return {
      value: executor.upload(noise(length, index + 1, false), parameter.shape),
      gradient: executor.zeros(parameter.shape),
      state: Object.fromEntries(optimizer.state(parameter).map((kept) => [kept.name, zero(kept)])),
      decays: parameter.shape.length > 1,
    }
  })
  for (let step = 1; step <= STEPS; step++) {
    parameters.forEach((parameter, index) => {
      const length = parameter.value.shape.reduce((product, size) => product * size, 1)
      parameter.gradient = executor.upload(noise(length, 100 * step + index, true), parameter.value.shape)
    })
    await optimizer.step(executor, parameters, { ...NUMBERS, step })
  }
  const results = new Map<string, Float64Array>()
  for (const [index, { value, state }] of parameters.entries())
    for (const [name, tensor] of [['value', value] as const, ...Object.entries(state)])
      results.set(
        `${PARAMETERS[index]?.name} ${name}`,
        Float64Array.from(await (tensor.type === 'uint8' ? executor.downloadCodes(tensor) : executor.download(tensor))),
      )
  return results
}

test.each(Object.keys(OPTIMIZERS) as TrainingSettings['optim'][])(
  '%s on the threads is the formula in float64, weights and state',
  async (optim) => {
    const [actual, expected] = [await trained(kernels, optim), await trained(createReferenceExecutor(), optim)]
    expect([...actual.keys()]).toEqual([...expected.keys()])
    for (const [name, values] of expected) {
      const found = actual.get(name) ?? new Float64Array()
      expect(found.length, name).toBe(values.length)
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const far = values.filter((value, i) => !(Math.abs(value - (found[i] ?? NaN)) <= 1e-5 * largest)).length
      // A moment at the very middle between two codes falls to either side: that is float32's noise.
      expect(far / values.length, name).toBeLessThanOrEqual(optim === 'adamw_8bit' ? 1e-3 : 0)
    }
  },
)

test('an optimizer’s state is as large as it says', () => {
  const matrix = [{ name: 'matrix', shape: [512, 256] }]
  const elements = 512 * 256
  expect(optimizerStateBytes('adamw_torch', matrix)).toBe(8 * elements)
  expect(optimizerStateBytes('adamw_8bit', matrix)).toBe(2 * elements + 2 * 4 * (elements / 256))
  expect(optimizerStateBytes('adamw_8bit', [{ name: EMBEDDING, shape: [512, 256] }])).toBe(8 * elements)
  expect(optimizerStateBytes('adamw_8bit', [{ name: 'small', shape: [4095] }])).toBe(8 * 4095)
  expect(optimizerStateBytes('adafactor', matrix)).toBe(4 * (512 + 256))
  expect(optimizerStateBytes('sgd', matrix)).toBe(0)
})
