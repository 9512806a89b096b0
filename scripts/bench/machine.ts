import { availableParallelism, cpus, release, totalmem, type } from 'node:os'

export interface Machine {
  processor: string
  threads: number
  /** Bytes. */
  memory: number
  system: string
}

export const thisMachine = (): Machine => ({
  processor: cpus()[0]?.model.trim() ?? '',
  threads: availableParallelism(),
  memory: totalmem(),
  system: `${type()} ${release()}`,
})

/** The machine and what ran on it, in a sentence. */
export function machineLine({ processor, threads, memory, system }: Machine, versions: Readonly<Record<string, string>>): string {
  const machine = [processor, `${threads} threads`, `${(memory / 1e9).toFixed(1)} GB`, system].join(', ')
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${machine}; ${programs.join(', ')}.`
}
