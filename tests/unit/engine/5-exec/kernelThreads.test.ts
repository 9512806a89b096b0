import { expect, test } from 'vitest'
import { createKernelThreads, type Kernel, type KernelArray } from '../../../../src-main/engine/5-exec/kernelThreads.ts'

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

const [TOKENS, HEIGHT, WIDTH] = [5, 704, 1000]
const ELEMENTS = HEIGHT * WIDTH
const codes = () => new Uint8Array(ELEMENTS).fill(7)
const ADAM_NUMBERS = [0.5, 0.1, 0.999, 0.001, 1e-8, 0.01, 1.5, 0.99]
/** Kernels that take a gradient row by row, and some that need all of it. */
const WITH_GRADIENTS: [kernel: Kernel, state: () => KernelArray[], numbers: number[]][] = [
  ['adamW', () => [array(ELEMENTS, (i) => (i % 17) / 8), array(ELEMENTS, (i) => (i % 19) / 8)], ADAM_NUMBERS],
  ['adamW8bit', () => [codes(), array(ELEMENTS / 256, () => 0.5), codes(), array(ELEMENTS / 256, () => 0.25)], ADAM_NUMBERS],
  ['adafactor', () => [array(HEIGHT, () => 1), array(WIDTH, () => 1)], [HEIGHT, WIDTH, 0.5, 0.9, 0.01, 0.99]],
  ['sgd', () => [], [0.1, 0.99]],
]

test.each(WITH_GRADIENTS)('%s makes a gradient from its factors, many rows or few at a time', async (kernel, state, numbers) => {
  const gradient = array(TOKENS * HEIGHT, (i) => ((i * 7) % 11) - 5)
  const added = { rows: Int32Array.of(HEIGHT - 1, 0, 400), values: array(3 * WIDTH, (i) => (i % 9) - 4) }
  const input = array(TOKENS * WIDTH, (i) => ((i * 5) % 13) - 6)
  const product = array(ELEMENTS, (i) => {
    const [row, column] = [Math.floor(i / WIDTH), i % WIDTH]
    let total = 0
    for (let token = 0; token < TOKENS; token++)
      total += (gradient[row * TOKENS + token] ?? NaN) * (input[token * WIDTH + column] ?? NaN)
    const at = added.rows.indexOf(row)
    return at < 0 ? total : total + (added.values[at * WIDTH + column] ?? NaN)
  })
  const value = () => array(ELEMENTS, (i) => (i % 23) / 8)
  const threads = createKernelThreads(2)
  expect(await threads.takesFactors()).toBe(true)
  const [made, factored] = await threads.run([
    { kernel, arrays: [value(), product, ...state()], numbers },
    {
      kernel,
      arrays: [value(), ...state(), gradient, input, added.values],
      numbers,
      factors: { width: WIDTH, addedRows: added.rows },
    },
  ])
  const [madeValue, , ...madeState] = made?.arrays ?? []
  ;[madeValue, ...madeState].forEach((wanted, slot) => {
    expect(Buffer.compare(bytesOf(factored?.arrays[slot]), bytesOf(wanted)), `array ${slot}`).toBe(0)
  })
  await threads.close()
})

test('matrices that were given the same input share it on their way through a thread', async () => {
  const threads = createKernelThreads(2)
  const input = array(2 * 3, (i) => i)
  const job = (scale: number) => ({
    kernel: 'sgd' as const,
    arrays: [array(4 * 3, () => 0), array(4 * 2, () => scale), input],
    numbers: [-1, 1],
    factors: { width: 3 },
  })
  const [first, other, second] = await threads.run([
    job(1),
    { kernel: 'add', arrays: [array(2, () => 1), array(2, () => 1)], numbers: [] },
    job(2),
  ])
  expect(first?.arrays[0]).toEqual(array(4 * 3, (i) => 3 + 2 * (i % 3)))
  expect(second?.arrays[0]).toEqual(array(4 * 3, (i) => 6 + 4 * (i % 3)))
  expect(other?.arrays[0]).toEqual(array(2, () => 2))
  expect(second?.arrays[2]).toEqual(array(2 * 3, (i) => i))
  expect(second?.arrays[2]?.buffer).toBe(first?.arrays[2]?.buffer)
  await threads.close()
})

const bytesOf = (from: KernelArray | undefined): Buffer => Buffer.from(from?.buffer ?? new ArrayBuffer(0))

test('a thread that has no onnxruntime takes no factors, and goes on with what it can do', async () => {
  const threads = createKernelThreads(1, 'there-is-no-such-package')
  expect(await threads.takesFactors()).toBe(false)
  const [squares] = await threads.run([{ kernel: 'sumOfSquares', arrays: [array(3, (i) => i)], numbers: [] }])
  expect(squares?.value).toBe(5)
  await threads.close()
})
