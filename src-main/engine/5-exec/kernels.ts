import type { AdamWStep } from './executor.ts'
import { KERNELS_WASM } from './kernels.generated.ts'

/** Elements per pass: four arrays of this many fill 128 KiB, which stays in a core's L2 cache. A multiple of 16. */
const CHUNK = 8192
/** The kernels step over 16 elements at most. */
const STEP = 16
const BYTES = Float32Array.BYTES_PER_ELEMENT

interface Exports {
  memory: WebAssembly.Memory
  adamW(w: number, g: number, m: number, v: number, count: number, ...numbers: number[]): void
  add(target: number, source: number, count: number): void
  sumOfSquares(at: number, count: number): number
}

/** The optimizer's loops. Arrays of one call have the same length. */
export interface Kernels {
  /** One AdamW step in place: value, first and second moment. */
  adamW(
    value: Float32Array,
    gradient: Float32Array,
    first: Float32Array,
    second: Float32Array,
    weightDecay: number,
    step: AdamWStep,
  ): void
  /** target += source */
  add(target: Float32Array, source: Float32Array): void
  /** Σ x², chunks added in float64. */
  sumOfSquares(values: Float32Array): number
}

export async function createKernels(): Promise<Kernels> {
  const { instance } = await WebAssembly.instantiate(Buffer.from(KERNELS_WASM, 'base64'))
  const kernels = instance.exports as unknown as Exports
  const pages = Math.ceil((4 * CHUNK * BYTES) / 65536)
  kernels.memory.grow(Math.max(0, pages - kernels.memory.buffer.byteLength / 65536))
  const offsets = [0, 1, 2, 3].map((slot) => slot * CHUNK * BYTES) as [number, number, number, number]
  const slots = offsets.map((offset) => new Float32Array(kernels.memory.buffer, offset, CHUNK))

  /** Copies a chunk of each array into its slot, runs, copies the first `written` arrays back. */
  function through(arrays: readonly Float32Array[], written: readonly number[], run: (count: number) => void): void {
    const total = arrays[0]?.length ?? 0
    for (let start = 0; start < total; start += CHUNK) {
      const end = Math.min(start + CHUNK, total)
      const size = end - start
      const padded = Math.ceil(size / STEP) * STEP
      arrays.forEach((array, slot) => {
        slots[slot]?.set(array.subarray(start, end))
        if (padded > size) slots[slot]?.fill(0, size, padded)
      })
      run(padded)
      for (const slot of written) {
        const from = slots[slot]
        if (from) arrays[slot]?.set(size === CHUNK ? from : from.subarray(0, size), start)
      }
    }
  }

  return {
    adamW(value, gradient, first, second, weightDecay, { step, learningRate, beta1, beta2, epsilon, gradientScale }) {
      const stepSize = learningRate / (1 - beta1 ** step)
      const secondCorrection = 1 / Math.sqrt(1 - beta2 ** step)
      const keep = 1 - learningRate * weightDecay
      through([value, gradient, first, second], [0, 2, 3], (size) => {
        kernels.adamW(...offsets, size, gradientScale, 1 - beta1, beta2, 1 - beta2, epsilon, stepSize, secondCorrection, keep)
      })
    },
    add(target, source) {
      through([target, source], [0], (size) => {
        kernels.add(offsets[0], offsets[1], size)
      })
    },
    sumOfSquares(values) {
      let total = 0
      through([values], [], (size) => {
        total += kernels.sumOfSquares(0, size)
      })
      return total
    },
  }
}
