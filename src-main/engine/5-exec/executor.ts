import type { ValueType } from '../4-graph/graph.ts'
import type { Program } from '../4-graph/program.ts'
import type { FrozenTensor } from './frozenTensor.ts'
import type { OptimizerKernels } from './optimizerKernels.ts'

/** Codes of 8 bits are the optimizers'; programs have none. */
export type TensorType = ValueType | 'uint8'

/** A tensor that lives where the executor computes. Only its executor can look inside. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly type: TensorType
}

/** Numbers on their way in or out: float32, or float64 where an executor computes in that. */
export type Floats = Float32Array | Float64Array

/** A matrix in 8 bits, in blocks along its rows one behind the other: see quantiseBlocks.ts. */
export interface QuantisedTensor {
  readonly shape: readonly number[]
  readonly codes: Tensor
  readonly scales: Tensor
}

/** A compiled program. */
export interface Executable {
  readonly program: Program
}

export interface DeviceReport {
  /** The machine behind the executor, in words: 'processor (onnxruntime 1.30.0, 2 threads)'. */
  description: string
  kind: 'cpu' | 'gpu' | 'reference'
  threads: number
}

/**
 * A machine for programs. Its tensors are handles; some executors write results into tensors that they are given, others always make new ones.
 * So whoever drives it takes what comes back as the result and never relies on a destination having been written, and releases
 * what it no longer needs.
 */
export interface Executor extends OptimizerKernels {
  readonly device: DeviceReport
  /** How many rows of the vocabulary's table one head program should take. */
  readonly vocabularyBlock: number

  /** @param frozen inputs that are not fed: what they hold is read where it lies, and never changes. Names that the program has no input of are passed over. */
  compile(program: Program, frozen?: Readonly<Record<string, FrozenTensor>>): Promise<Executable>
  /** Runs a program. `destinations` are where results may be written; a destination's shape is the result's. */
  run(
    executable: Executable,
    inputs: Readonly<Record<string, Tensor>>,
    destinations?: Readonly<Record<string, Tensor | undefined>>,
  ): Promise<Record<string, Tensor>>

  /** Hands data over; the caller does not use the array afterwards. Int32Array becomes int64. */
  upload(data: Floats | Int32Array | Uint8Array, shape: readonly number[]): Tensor
  /** The tensor's content, for reading; it is gone with the next optimizer step. */
  download(tensor: Tensor): Promise<Floats>
  /** The same of a uint8 tensor. */
  downloadCodes(tensor: Tensor): Promise<Uint8Array>
  /** A tensor of zeros; under a scratch name in that buffer, where there are such. */
  zeros(shape: readonly number[], scratchName?: string): Tensor
  release(...tensors: Tensor[]): void

  /** A reusable buffer under a name, to be passed as a destination; its content is anything. Undefined where destinations are not written. */
  scratch(name: string, shape: readonly number[]): Tensor | undefined
  /** Lets go of every scratch buffer; the next use of a name makes a new one. */
  releaseScratch(): void
  /** `count` rows of the first axis from `start`, under another shape of as many elements where one is given. A view where that is possible. */
  rows(tensor: Tensor, start: number, count: number, shape?: readonly number[]): Tensor
  /** The parts one after another along the first axis, as one tensor of `shape`. */
  concatenate(parts: readonly Tensor[], shape: readonly number[]): Tensor

  /** Rounds to 8 bits. The arrays are handed over, as to `upload`. */
  quantise(matrices: readonly { data: Float32Array; shape: readonly number[] }[]): Promise<QuantisedTensor[]>
  /** What they stand for, in float32, where `destinations` say as far as they are there. */
  dequantise(matrices: readonly QuantisedTensor[], destinations: readonly (Tensor | undefined)[]): Promise<Tensor[]>

  /** target + source, in target where possible. Gives what holds the sum; target is not used afterwards. */
  add(target: Tensor, source: Tensor): Promise<Tensor>
  /** target with source added to its rows from `start`, in target where possible. Gives what holds the result; target is not used afterwards. */
  addToRows(target: Tensor, start: number, source: Tensor): Promise<Tensor>
  /** target with factor · source[i] added to its row indices[i]; a row may occur twice. Returns what holds the result. */
  addRows(target: Tensor, indices: Int32Array, source: Tensor, factor: number): Tensor
  /** Σ x² over all elements of all tensors, accumulated in float64. */
  sumOfSquares(tensors: readonly Tensor[]): Promise<number>

  dispose(): Promise<void>
}
