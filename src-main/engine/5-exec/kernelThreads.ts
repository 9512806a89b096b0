import { Worker } from 'node:worker_threads'
import { KERNELS_WASM } from './kernels.generated.ts'

/** The loops of scripts/kernels/kernels.wat. */
export type Kernel = 'adamW' | 'add' | 'sumOfSquares'

/** A kernel over arrays of one length, which it may change; `numbers` are its arguments behind the count. */
export interface KernelJob {
  kernel: Kernel
  arrays: Float32Array<ArrayBuffer>[]
  numbers: readonly number[]
}

export interface KernelResult {
  /** The job's arrays again: the ones that were given are empty now, since their memory has been in another thread. */
  arrays: Float32Array<ArrayBuffer>[]
  /** What a kernel that computes a number has computed. */
  value: number
}

/** Threads that run the optimizer's loops, each on arrays that are lent to it. */
export interface KernelThreads {
  /** Runs all jobs, spread over the threads. Results come in the order of the jobs, whatever thread had them. */
  run(jobs: readonly KernelJob[]): Promise<KernelResult[]>
  close(): Promise<void>
}

/**
 * A thread's program. Arrays pass through a scratch of four chunks in the kernels' memory, 128 KiB that stay in a core's L2 cache; the kernels
 * step over 16 elements at most, so a chunk's end is filled up with zeros. It is text rather than a file, so that it runs the same from the
 * sources, in tests and in a bundle.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const CHUNK = 8192
const STEP = 16
const WRITTEN = { adamW: [0, 2, 3], add: [0], sumOfSquares: [] }
const ready = WebAssembly.instantiate(Buffer.from(workerData, 'base64')).then(({ instance }) => {
  const kernels = instance.exports
  const offsets = [0, 1, 2, 3].map((slot) => slot * CHUNK * 4)
  kernels.memory.grow(Math.max(0, (4 * CHUNK * 4 - kernels.memory.buffer.byteLength) / 65536))
  const slots = offsets.map((offset) => new Float32Array(kernels.memory.buffer, offset, CHUNK))
  return ({ kernel, arrays, numbers }) => {
    const used = offsets.slice(0, arrays.length)
    let value = 0
    for (let start = 0; start < arrays[0].length; start += CHUNK) {
      const end = Math.min(start + CHUNK, arrays[0].length)
      const size = end - start
      const padded = Math.ceil(size / STEP) * STEP
      arrays.forEach((array, slot) => {
        slots[slot].set(array.subarray(start, end))
        slots[slot].fill(0, size, padded)
      })
      value += kernels[kernel](...used, padded, ...numbers) ?? 0
      for (const slot of WRITTEN[kernel]) arrays[slot].set(slots[slot].subarray(0, size), start)
    }
    return { arrays, value }
  }
})
parentPort.on('message', async (jobs) => {
  const run = await ready
  const results = jobs.map(run)
  parentPort.postMessage(results, results.flatMap(({ arrays }) => arrays.map(({ buffer }) => buffer)))
})
`

export function createKernelThreads(count: number): KernelThreads {
  const workers: Worker[] = []

  /** A started thread does not keep the process alive while it has nothing to do. */
  function worker(index: number): Worker {
    const known = workers[index]
    if (known) return known
    const started = new Worker(PROGRAM, { eval: true, workerData: KERNELS_WASM })
    started.unref()
    workers[index] = started
    return started
  }

  function runOn(thread: Worker, jobs: readonly KernelJob[]): Promise<KernelResult[]> {
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
        reject(error)
      }
      thread.ref()
      thread.on('message', receive).on('error', fail)
      thread.postMessage(
        jobs,
        jobs.flatMap(({ arrays }) => arrays.map(({ buffer }) => buffer)),
      )
    })
  }

  return {
    async run(jobs) {
      const shares = spread(jobs, count)
      const done = await Promise.all(
        shares.map((share, index) => {
          const own = share.map(({ job }) => job)
          return own.length === 0 ? Promise.resolve([]) : runOn(worker(index), own)
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
      await Promise.all(workers.splice(0).map((thread) => thread.terminate()))
    },
  }
}

/** The longest job first, each to the thread that has least to do. */
function spread(jobs: readonly KernelJob[], threads: number): { at: number; job: KernelJob }[][] {
  const shares = Array.from({ length: threads }, () => ({ elements: 0, jobs: [] as { at: number; job: KernelJob }[] }))
  const elements = (job: KernelJob): number => job.arrays[0]?.length ?? 0
  const byLength = jobs.map((job, at) => ({ at, job })).sort((a, b) => elements(b.job) - elements(a.job))
  for (const each of byLength) {
    const share = shares.reduce((least, other) => (other.elements < least.elements ? other : least))
    share.jobs.push(each)
    share.elements += elements(each.job)
  }
  return shares.map(({ jobs: own }) => own)
}
