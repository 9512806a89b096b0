import { Worker } from 'node:worker_threads'
import { quantisationTables } from './dynamicMap.ts'
import { KERNEL_PROGRAM } from './kernelProgram.ts'
import { KERNELS_WASM } from './kernels.generated.ts'

/** The loops of scripts/kernels/kernels.wat, and what kernelProgram.ts makes of some of them. */
export type Kernel =
  'add' | 'sumOfSquares' | 'adamW' | 'adamW8bit' | 'adafactor' | 'adafactorVector' | 'sgd' | 'quantiseBlocks' | 'dequantiseBlocks'

export type KernelArray = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** A kernel over arrays, which it may change; `numbers` are its arguments behind them. The first array is the longest. */
export interface KernelJob {
  kernel: Kernel
  arrays: KernelArray[]
  numbers: readonly number[]
}

export interface KernelResult {
  /** The job's arrays again: the ones that were given are empty now, since their memory has been in another thread. */
  arrays: KernelArray[]
  /** What a kernel that computes a number has computed. */
  value: number
}

/** Threads that run loops over arrays, each on arrays that are lent to it. */
export interface KernelThreads {
  /** Runs all jobs, spread over the threads. Results come in the order of the jobs, whatever thread had them. */
  run(jobs: readonly KernelJob[]): Promise<KernelResult[]>
  close(): Promise<void>
}

export function createKernelThreads(count: number): KernelThreads {
  const workers: Worker[] = []

  /** A started thread does not keep the process alive while it has nothing to do. */
  function worker(index: number): Worker {
    const known = workers[index]
    if (known) return known
    const started = new Worker(KERNEL_PROGRAM, {
      eval: true,
      // The program needs none of what the process was started with, such as tsx, which would be loaded in every thread.
      execArgv: [],
      workerData: { wasm: KERNELS_WASM, tables: quantisationTables() },
    })
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
