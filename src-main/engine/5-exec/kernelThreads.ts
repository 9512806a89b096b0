import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { encodeOnnx, type OnnxGraph } from '../../files/onnx.ts'
import { quantisationTables } from './dynamicMap.ts'
import { KERNEL_PROGRAM } from './kernelProgram.ts'
import { KERNELS_WASM } from './kernels.generated.ts'
import { REFUSAL, withRefusedOutput, REFUSED_OUTPUT } from './runInPlace.ts'

/** The loops of scripts/kernels/kernels.wat, and what kernelProgram.ts makes of some of them. */
export type Kernel =
  'add' | 'sumOfSquares' | 'adamW' | 'adamW8bit' | 'adafactor' | 'adafactorVector' | 'sgd' | 'quantiseBlocks' | 'dequantiseBlocks'

export type KernelArray = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** A kernel over arrays, which it may change; `numbers` are its arguments behind them. The first array is the longest. */
export interface KernelJob {
  kernel: Kernel
  /** Where the gradient comes as factors, these are behind the others instead of it: [out, N], [N, in], and what is added to rows of their product, [rows, in]. */
  arrays: KernelArray[]
  numbers: readonly number[]
  factors?: FactorLayout
}

/** How a gradient's factors lie. It is made of them a stretch of rows at a time, each used while it is in the core's cache. */
export interface FactorLayout {
  /** in */
  width: number
  /** Where rows are added to the product: which. */
  addedRows?: Int32Array
}

export interface KernelResult {
  /** The job's arrays again: the ones that were given are empty now, since their memory has been in another thread. */
  arrays: KernelArray[]
  /** What a kernel that computes a number has computed. */
  value: number
}

/** Threads that run loops over arrays, each on arrays that are lent to it. */
export interface KernelThreads {
  /** Runs all jobs, spread over the threads; those that share an array, on one. Results come in the order of the jobs, whatever thread had them. */
  run(jobs: readonly KernelJob[]): Promise<KernelResult[]>
  /** Whether jobs may have factors: found out by doing one, since a thread then needs an onnxruntime of its own. */
  takesFactors(): Promise<boolean>
  close(): Promise<void>
}

/** @param onnxruntime the package or file that threads load for gradients from factors */
export function createKernelThreads(count: number, onnxruntime = ONNXRUNTIME): KernelThreads {
  const workers: (Worker | undefined)[] = []
  let tookFactors: Promise<boolean> | undefined

  /** A started thread does not keep the process alive while it has nothing to do. */
  function worker(index: number): Worker {
    const known = workers[index]
    if (known) return known
    const workerData = {
      wasm: KERNELS_WASM,
      tables: quantisationTables(),
      onnxruntime,
      product: encodeOnnx(withRefusedOutput(GRADIENT_OF_FACTORS)),
      refusedOutput: REFUSED_OUTPUT,
      refusal: REFUSAL,
    }
    const started = new Worker(KERNEL_PROGRAM, {
      eval: true,
      // The program needs none of what the process was started with, such as tsx, which would be loaded in every thread.
      execArgv: [],
      workerData,
    })
    started.unref()
    workers[index] = started
    return started
  }

  function runOn(index: number, jobs: readonly KernelJob[]): Promise<KernelResult[]> {
    const thread = worker(index)
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        thread.off('message', receive).off('error', fail)
        thread.unref()
      }
      const receive = (results: KernelResult[]): void => {
        finish()
        resolve(results)
      }
      const fail = (error: Error): void => {
        finish()
        workers[index] = undefined
        reject(error)
      }
      thread.ref()
      thread.on('message', receive).on('error', fail)
      thread.postMessage(jobs, [...new Set(jobs.flatMap(buffersOf))])
    })
  }

  const floats = (...values: number[]): Float32Array<ArrayBuffer> => Float32Array.from(values)
  const tried = (): KernelJob => ({
    kernel: 'sgd',
    arrays: [floats(0), floats(0), floats(0)],
    numbers: [0, 1],
    factors: { width: 1 },
  })

  return {
    takesFactors: () =>
      (tookFactors ??= runOn(0, [tried()]).then(
        () => true,
        () => false,
      )),
    async run(jobs) {
      const shares = spread(jobs, count)
      const done = await Promise.all(
        shares.map((share, index) => {
          const own = share.map(({ job }) => job)
          return own.length === 0 ? Promise.resolve([]) : runOn(index, own)
        }),
      )
      const results = new Array<KernelResult>(jobs.length)
      shares.forEach((share, index) => {
        share.forEach(({ at }, i) => {
          const result = done[index]?.[i]
          if (result) results[at] = result
        })
      })
      return results
    },
    async close() {
      await Promise.all(workers.splice(0).flatMap((thread) => thread?.terminate() ?? []))
    },
  }
}

const ONNXRUNTIME = createRequire(import.meta.url).resolve('onnxruntime-node')

/** gradient [out, N], input [N, in] → weight [out, in] */
const GRADIENT_OF_FACTORS: OnnxGraph = {
  nodes: [{ operator: 'MatMul', inputs: ['gradient', 'input'], outputs: ['weight'] }],
  initializers: [],
  inputs: [
    { name: 'gradient', type: 'float32', shape: ['out', 'N'] },
    { name: 'input', type: 'float32', shape: ['N', 'in'] },
  ],
  outputs: [{ name: 'weight', type: 'float32', shape: ['out', 'in'] }],
}

const buffersOf = ({ arrays }: KernelJob): ArrayBuffer[] => arrays.map(({ buffer }) => buffer)

/** A gradient of so many tokens takes about as long to make as to use. */
const TOKENS_AS_LONG = 80

/** In elements to go over. */
function costOf({ arrays, factors }: KernelJob): number {
  const elements = arrays[0]?.length ?? 0
  if (!factors) return elements
  const input = arrays.at(factors.addedRows ? -2 : -1)
  return elements * (1 + (input?.length ?? 0) / factors.width / TOKENS_AS_LONG)
}

interface Work {
  cost: number
  jobs: { at: number; job: KernelJob }[]
}

/** The jobs as they come, those together that share an array: it can be lent to one thread only. */
function inseparable(jobs: readonly KernelJob[]): Work[] {
  const users = new Map<ArrayBuffer, Work>()
  const all = new Set<Work>()
  jobs.forEach((job, at) => {
    const buffers = buffersOf(job)
    const work: Work = { cost: costOf(job), jobs: [{ at, job }] }
    for (const other of new Set(buffers.flatMap((buffer) => users.get(buffer) ?? []))) {
      work.cost += other.cost
      work.jobs.unshift(...other.jobs)
      all.delete(other)
    }
    all.add(work)
    for (const buffer of work.jobs.flatMap(({ job: own }) => buffersOf(own))) users.set(buffer, work)
  })
  return [...all]
}

/** The longest work first, each to the thread that has least to do. */
function spread(jobs: readonly KernelJob[], threads: number): Work['jobs'][] {
  const shares = Array.from({ length: threads }, (): Work => ({ cost: 0, jobs: [] }))
  for (const { cost, jobs: own } of inseparable(jobs).sort((a, b) => b.cost - a.cost)) {
    const share = shares.reduce((least, other) => (other.cost < least.cost ? other : least))
    share.jobs.push(...own)
    share.cost += cost
  }
  return shares.map(({ jobs: own }) => own)
}
