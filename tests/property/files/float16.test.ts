import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { narrowToBFloat16, narrowToFloat16, widenBFloat16, widenFloat16 } from '../../../src-main/files/float16.ts'

const ALL_PATTERNS = Uint16Array.from({ length: 65536 }, (_, i) => i)
const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer)
const fromBits = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0

/** binary16 by its definition: sign, 5 bits of exponent with bias 15, 10 of fraction. */
function float16ByDefinition(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1
  const exponent = (pattern >> 10) & 31
  const fraction = pattern & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
/** bfloat16 by its definition: the upper half of a float32. */
const bfloat16ByDefinition = (pattern: number): number => fromBits(pattern * 65536)

const formats = [
  {
    name: 'F16',
    widen: widenFloat16,
    narrow: narrowToFloat16,
    define: float16ByDefinition,
    isNaN: (p: number) => (p & 0x7fff) > 0x7c00,
  },
  {
    name: 'BF16',
    widen: widenBFloat16,
    narrow: narrowToBFloat16,
    define: bfloat16ByDefinition,
    isNaN: (p: number) => (p & 0x7fff) > 0x7f80,
  },
]

describe.each(formats)('$name', ({ widen, narrow, define, isNaN }) => {
  it('all 65,536 patterns become the number that the format defines', () => {
    const values = new Float32Array(65536)
    widen(ALL_PATTERNS, values)
    const wrong = [...ALL_PATTERNS].filter((pattern) => !Object.is(values[pattern], define(pattern)))
    expect(wrong).toEqual([])
  })

  it('all patterns but NaN come back from float32 bit by bit, and NaN stays NaN', () => {
    const values = new Float32Array(65536)
    widen(ALL_PATTERNS, values)
    const back = new Uint16Array(65536)
    narrow(values, back)
    const wrong = [...ALL_PATTERNS].filter((pattern) => (isNaN(pattern) ? !isNaN(back[pattern] ?? 0) : back[pattern] !== pattern))
    expect(wrong).toEqual([])
  })

  const narrowed = (value: number): number => {
    const half = new Uint16Array(1)
    narrow(Float32Array.of(value), half)
    return half[0] ?? 0
  }
  /** Infinity counts as the number that would come after the largest one: from halfway there on, values round to it. */
  const place = (magnitude: number): number => {
    const number = define(magnitude)
    return number === Infinity ? 2 * define(magnitude - 1) - define(magnitude - 2) : number
  }
  const float32 = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }).map(fromBits),
    fc.float({ min: Math.fround(-1e5), max: Math.fround(1e5) }),
    fc.float({ min: Math.fround(-7e-5), max: Math.fround(7e-5) }),
  )

  test.prop([float32], { numRuns: 2000 })(
    'any float32 becomes the nearest number, of two equally near the one with an even last bit',
    (value) => {
      const pattern = narrowed(value)
      expect(isNaN(pattern)).toBe(Number.isNaN(value))
      if (Number.isNaN(value)) return
      const magnitude = pattern & 0x7fff
      expect(pattern >>> 15).toBe(value < 0 || Object.is(value, -0) ? 1 : 0)
      if (define(magnitude) === Infinity && Math.abs(value) >= place(magnitude)) return
      const distanceTo = (other: number): number => Math.abs(Math.abs(value) - place(other))
      for (const neighbour of [magnitude - 1, magnitude + 1].filter((each) => each >= 0 && !isNaN(each))) {
        expect(distanceTo(magnitude)).toBeLessThanOrEqual(distanceTo(neighbour))
        if (distanceTo(magnitude) === distanceTo(neighbour)) expect(magnitude % 2).toBe(0)
      }
    },
  )
})

it('a NaN keeps its payload when it is widened', () => {
  const values = new Float32Array(2)
  widenBFloat16(Uint16Array.of(0x7f81, 0xffc1), values)
  expect([...bitsOf(values)]).toEqual([0x7f81_0000, 0xffc1_0000])
  widenFloat16(Uint16Array.of(0x7c01, 0xfe01), values)
  expect([...bitsOf(values)]).toEqual([0x7f80_2000, 0xffc0_2000])
})

describe('at the edge of infinity', () => {
  it.each([
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [-65520, 0xfc00],
    [1e30, 0x7c00],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0000001, 0x0001],
    [-(2 ** -26), 0x8000],
    [2 ** -14 - 2 ** -25, 0x0400],
  ])('F16 of %d', (value, pattern) => {
    const half = new Uint16Array(1)
    narrowToFloat16(Float32Array.of(value), half)
    expect(half[0]).toBe(pattern)
  })

  it.each([
    [3.3895313892515355e38, 0x7f7f],
    [3.4028234663852886e38, 0x7f80],
    [1.00390625, 0x3f80],
    [1.01171875, 0x3f82],
  ])('BF16 of %d', (value, pattern) => {
    const half = new Uint16Array(1)
    narrowToBFloat16(Float32Array.of(value), half)
    expect(half[0]).toBe(pattern)
  })
})
