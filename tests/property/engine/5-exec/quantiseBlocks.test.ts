import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOrtExecutor } from '../../../../src-main/engine/5-exec/ortExecutor.ts'
import { BLOCK_SIZE, dequantiseBlocks, quantiseBlocks } from '../../../../src-main/engine/5-exec/quantiseBlocks.ts'
import { createReferenceExecutor } from '../../../../src-main/engine/5-exec/referenceExecutor.ts'

const numbers = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 80,
  })
  .map((values) => Float32Array.from(values))

test('in 8 bits a number is off by no more than half of what its block rounds to, and zero stays zero', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const rounded = quantiseBlocks(values)
      dequantiseBlocks(rounded).forEach((number, at) => {
        const exact = values[at] ?? NaN
        if (exact === 0) expect(number).toBe(0)
        const scale = rounded.scales[Math.floor(at / BLOCK_SIZE)] ?? NaN
        expect(Math.abs(number - exact)).toBeLessThanOrEqual(0.5001 * scale + 1e-37)
      })
    }),
  )
})

const bytes = (values = new Float32Array()): Buffer => Buffer.from(values.buffer)

test('the kernels give the same numbers, bit for bit, over several chunks and a ragged end', async () => {
  const [ort, reference] = [await createOrtExecutor({ threads: 2 }), createReferenceExecutor()]
  const whole = (values: Float32Array, length: number) => Float32Array.from({ length }, (_, i) => values[i % values.length] ?? 0)
  const cases = fc.array(fc.tuple(numbers, fc.constantFrom(1, 31, 33, 8192, 16_389)), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(cases, async (drawn) => {
      const matrices = drawn.map(([values, length]) => ({ data: whole(values, length), shape: [1, length] }))
      const wanted = matrices.map(({ data }) => dequantiseBlocks(quantiseBlocks(data)))
      for (const executor of [ort, reference]) {
        const held = await executor.quantise(matrices.map(({ data, shape }) => ({ data: data.slice(), shape })))
        const into = matrices.map(({ shape }, i) => executor.scratch(`unpacked.${i}`, shape))
        const found = await executor.dequantise(held, into)
        for (const [i, tensor] of found.entries()) {
          expect(tensor.shape).toEqual(matrices[i]?.shape)
          expect(bytes(Float32Array.from(await executor.download(tensor))).equals(bytes(wanted[i]))).toBe(true)
        }
      }
    }),
    { numRuns: 15 },
  )
  await ort.dispose()
})
