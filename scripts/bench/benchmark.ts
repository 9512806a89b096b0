import { InvalidArgumentError, Option } from 'commander'

/** One command of `npm run bench`, and one section of docs/benchmarks.md. */
export interface Benchmark<Options, Result extends BenchmarkResult> {
  name: string
  /** A line of `--help`. */
  description: string
  /** The section's heading. */
  title: string
  /** What is measured and what the columns say, in Markdown. */
  about: string
  /** Beside `--tiny` and `--write`, which all have. */
  options: readonly Option[]
  /** @param say hears what is being done, a line each */
  measure: (options: Options & { tiny: boolean }, say: (line: string) => void) => Promise<Result>
  /** Markdown, to be read in a terminal as well. */
  table: (result: Result) => string
}

export interface BenchmarkResult {
  /** Of what was measured; Node's own is told anyway. */
  versions: Record<string, string>
}

export const peerOption = (peer: string): Option => new Option('--peer', `by ${peer} as well, all in turn`).default(false)

export const roundsOption = (of: string, byDefault: number): Option => countOption('--rounds <number>', of, 1, byDefault)

export function countOption(flags: string, description: string, minimum: number, byDefault: number): Option {
  return new Option(flags, description).default(byDefault).argParser((text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < minimum) throw new InvalidArgumentError(`a whole number from ${minimum} on`)
    return value
  })
}
