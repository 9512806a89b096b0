/**
 * The two 16-bit float formats of model files, exactly: IEEE 754 binary16 (F16) and bfloat16 (BF16). Widening is lossless; narrowing rounds to the
 * nearest, ties to even, as PyTorch does (c10/util/Half.h, BFloat16.h): beyond the largest number lies infinity, and NaN stays NaN.
 * Both sides are views over bytes: values are never copied through JavaScript numbers, where a signalling NaN could change.
 */
type Bits16 = Uint16Array

const SIGN_32 = 0x8000_0000
const MAGNITUDE_32 = 0x7fff_ffff
const INFINITY_32 = 0x7f80_0000
const INFINITY_16 = 0x7c00
/** 2^-14, the smallest normal binary16, as float32 bits. */
const SMALLEST_NORMAL_16 = 0x3880_0000
/** 65520, half a step above binary16's largest number: rounds to infinity. */
const OVERFLOW_16 = 0x477f_f000
/** The difference of the exponents' biases (127 - 15), in float32's exponent position. */
const REBIAS = 0x3800_0000

export function widenBFloat16(from: Bits16, to: Float32Array): void {
  const bits = bitsOf(to)
  for (let i = 0; i < from.length; i++) bits[i] = at(from, i) << 16
}

export function widenFloat16(from: Bits16, to: Float32Array): void {
  const bits = bitsOf(to)
  for (let i = 0; i < from.length; i++) {
    const half = at(from, i)
    const sign = (half & 0x8000) << 16
    const magnitude = half & 0x7fff
    if (magnitude >= INFINITY_16) bits[i] = sign | INFINITY_32 | ((magnitude & 0x3ff) << 13)
    else if (magnitude >= 0x400) bits[i] = sign | ((magnitude << 13) + REBIAS)
    else to[i] = (sign ? -magnitude : magnitude) * 2 ** -24 // zero and the subnormals: whole multiples of 2^-24
  }
}

export function narrowToBFloat16(from: Float32Array, to: Bits16): void {
  const bits = bitsOf(from)
  for (let i = 0; i < from.length; i++) {
    const value = at(bits, i)
    to[i] = (value & MAGNITUDE_32) > INFINITY_32 ? 0x7fc0 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16
  }
}

export function narrowToFloat16(from: Float32Array, to: Bits16): void {
  const bits = bitsOf(from)
  const rounded = new Float32Array(1)
  const roundedBits = bitsOf(rounded)
  for (let i = 0; i < from.length; i++) {
    const value = at(bits, i)
    const sign = (value & SIGN_32) >>> 16
    const magnitude = value & MAGNITUDE_32
    if (magnitude > INFINITY_32) to[i] = sign | 0x7e00
    else if (magnitude >= OVERFLOW_16) to[i] = sign | INFINITY_16
    else if (magnitude >= SMALLEST_NORMAL_16) to[i] = sign | ((magnitude - REBIAS + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
    else {
      // The last place of float32 numbers from 0.5 on is 2^-24, binary16's smallest step: adding 0.5 rounds to it.
      rounded[0] = Math.abs(from[i] ?? 0) + 0.5
      to[i] = sign | (at(roundedBits, 0) - 0x3f00_0000)
    }
  }
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)
/** The loops stay within the length; `?? 0` tells the compiler so and costs nothing. */
const at = (array: Bits16 | Uint32Array, i: number): number => array[i] ?? 0
