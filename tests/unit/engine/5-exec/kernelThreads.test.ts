import { expect, test } from 'vitest'
import { createKernelThreads } from '../../../../src-main/engine/5-exec/kernelThreads.ts'

const array = (length: number, at: (i: number) => number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => at(i))
/** Shorter than a step, not a multiple of one, and several chunks with an end. */
const LENGTHS = [1, 21, 20_000]

test('sums and squares of every length, in the order of the jobs, whatever thread has them', async () => {
  const threads = createKernelThreads(3)
  const squares = await threads.run(
    LENGTHS.map((length) => ({ kernel: 'sumOfSquares', arrays: [array(length, (i) => i % 7)], numbers: [] })),
  )
  squares.forEach(({ value }, job) => {
    expect(value).toBe(array(LENGTHS[job] ?? 0, (i) => (i % 7) ** 2).reduce((sum, x) => sum + x, 0))
  })
  const sums = await threads.run(
    LENGTHS.map((length) => ({ kernel: 'add', arrays: [array(length, (i) => i), array(length, () => 0.5)], numbers: [] })),
  )
  sums.forEach(({ arrays: [target] }, job) => {
    expect(target).toEqual(array(LENGTHS[job] ?? 0, (i) => i + 0.5))
  })
  await threads.close()
})

test('AdamW is the formula of torch.optim.AdamW', async () => {
  const threads = createKernelThreads(1)
  const [scale, beta1, beta2, epsilon, stepSize, secondCorrection, keep] = [0.5, 0.9, 0.999, 1e-8, 0.01, 1.5, 0.99]
  const [w, g, m, v] = [array(37, (i) => i / 10), array(37, (i) => i - 18), array(37, (i) => i / 50), array(37, (i) => i / 20)]
  const wanted = Array.from(w, (weight, i) => {
    const gradient = (g[i] ?? NaN) * scale
    const first = beta1 * (m[i] ?? NaN) + (1 - beta1) * gradient
    const second = beta2 * (v[i] ?? NaN) + (1 - beta2) * gradient ** 2
    return { first, second, weight: weight * keep - (stepSize * first) / (Math.sqrt(second) * secondCorrection + epsilon) }
  })
  const numbers = [scale, 1 - beta1, beta2, 1 - beta2, epsilon, stepSize, secondCorrection, keep]
  const [result] = await threads.run([{ kernel: 'adamW', arrays: [w, g, m, v], numbers }])
  wanted.forEach(({ weight, first, second }, i) => {
    expect(result?.arrays[0]?.[i]).toBeCloseTo(weight, 5)
    expect(result?.arrays[2]?.[i]).toBeCloseTo(first, 5)
    expect(result?.arrays[3]?.[i]).toBeCloseTo(second, 5)
  })
  await threads.close()
})
