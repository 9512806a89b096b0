import type { DenseTensor } from './graph.ts'

export const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

/** A part of an axis. */
export interface Stretch {
  start: number
  count: number
}

/** An axis in parts of as even lengths as there can be. */
export function evenStretches(length: number, parts: number): Stretch[] {
  const bound = (part: number): number => Math.round((part * length) / parts)
  return Array.from({ length: parts }, (_, part) => ({ start: bound(part), count: bound(part + 1) - bound(part) }))
}

/** Row-major strides, 0 along axes that broadcast to `target`. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = new Array<number>(target.length).fill(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1
    if (length !== 1) strides[target.length - shape.length + axis] = stride
    stride *= length
  }
  return strides
}

/** Calls `visit(outputIndex, inputIndices)` for every element of `shape`, the inputs broadcast to it. */
export function eachElement(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  visit: (at: number, inputsAt: readonly number[]) => void,
): void {
  const strides = inputs.map((input) => broadcastStrides(input, shape))
  const position = new Array<number>(shape.length).fill(0)
  const at = inputs.map(() => 0)
  const total = count(shape)
  for (let index = 0; index < total; index++) {
    visit(index, at)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1
      const wrapped = next === shape[axis]
      position[axis] = wrapped ? 0 : next
      strides.forEach((stride, i) => {
        at[i] = (at[i] ?? 0) + (stride[axis] ?? 0) * (wrapped ? 1 - next : 1)
      })
      if (!wrapped) break
    }
  }
}

/** An elementwise op of two inputs that broadcast. */
export function evaluateBinary(
  [a, b]: readonly DenseTensor[],
  shape: readonly number[],
  combine: (x: number, y: number) => number,
): Float64Array {
  const out = new Float64Array(count(shape))
  if (!a || !b) throw new Error('two inputs expected')
  eachElement(shape, [a.shape, b.shape], (at, [x = 0, y = 0]) => {
    out[at] = combine(a.data[x] ?? NaN, b.data[y] ?? NaN)
  })
  return out
}

/** The one input of a unary op. */
export function only<T>(inputs: readonly T[]): T {
  const [input] = inputs
  if (input === undefined) throw new Error('an input expected')
  return input
}

/** Both inputs of a binary op. */
export function both<T>(inputs: readonly T[]): [T, T] {
  const [a, b] = inputs
  if (a === undefined || b === undefined) throw new Error('two inputs expected')
  return [a, b]
}
