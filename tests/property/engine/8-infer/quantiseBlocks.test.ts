import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_SIZE, blocksOf, quantiseBlocks, ZERO } from '../../../../src-main/engine/8-infer/quantiseBlocks.ts'

test('in 8 bits a number is off by no more than half of what its block rounds to, and zero stays zero', () => {
  const matrices = fc
    .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 80 }) })
    .chain(({ rows, columns }) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        values: fc.array(fc.oneof(fc.constant(0), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
          minLength: rows * columns,
          maxLength: rows * columns,
        }),
      }),
    )
  fc.assert(
    fc.property(matrices, ({ rows, columns, values }) => {
      const matrix = Float32Array.from(values)
      const { bytes, scales } = quantiseBlocks(matrix, rows, columns)
      const blocks = blocksOf(columns)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < blocks * BLOCK_SIZE; column++) {
          const at = row * blocks * BLOCK_SIZE + column
          const scale = scales[Math.floor(at / BLOCK_SIZE)] ?? NaN
          const number = ((bytes[at] ?? NaN) - ZERO) * scale
          const exact = column < columns ? (matrix[row * columns + column] ?? NaN) : 0
          if (exact === 0) expect(number).toBe(0)
          expect(Math.abs(number - exact)).toBeLessThanOrEqual(0.5001 * scale + 1e-37)
        }
    }),
  )
})
