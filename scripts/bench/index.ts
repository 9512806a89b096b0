// npm run bench -- train [--peer] [--workload NAME] [--steps N] [--rounds N] [--tiny] [--write]; npm run bench -- matmul [--tiny]
import { Command, InvalidArgumentError, Option } from 'commander'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { benchMatmul } from './benchMatmul.ts'
import { benchTrain } from './benchTrain.ts'
import { benchmarksPage } from './benchmarksPage.ts'
import { report } from './report.ts'
import { WORKLOAD_NAMES, type WorkloadName } from './workloads.ts'

const CACHE = fileURLToPath(new URL('../../.cache/bench', import.meta.url))
const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

interface Options {
  peer: boolean
  workload: WorkloadName[]
  steps: number
  rounds: number
  tiny: boolean
  write: boolean
}

/** A step beside the first one is needed: the first is never counted. */
function atLeast(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < minimum) throw new InvalidArgumentError(`a whole number from ${minimum} on`)
    return value
  }
}

const program = new Command('bench').description('Measures TuneDesk, and its peers beside it.')
program
  .command('train')
  .description('training steps on the shape of Qwen2.5-0.5B with random weights')
  .option('--peer', 'by the Hugging Face Trainer as well, the two in turn', false)
  .addOption(new Option('--workload <names...>', 'only these').choices(WORKLOAD_NAMES).default(WORKLOAD_NAMES))
  .option('--steps <number>', 'optimizer steps a process, of which the first is not counted', atLeast(2), 5)
  .option('--rounds <number>', 'processes of each side', atLeast(1), 2)
  .option('--tiny', 'a model and rows so small that this takes seconds; the numbers mean nothing', false)
  .addOption(new Option('--write', 'write docs/benchmarks.md').default(false).conflicts('tiny'))
  .action(async ({ peer, workload: workloads, steps, rounds, tiny, write }: Options) => {
    const result = await benchTrain({ workloads, peer, steps, rounds, tiny, cache: CACHE }, (line) =>
      process.stderr.write(`${line}\n`),
    )
    process.stdout.write(`${report(result)}\n\n${JSON.stringify(result)}\n`)
    if (write) writeFileSync(PAGE, benchmarksPage(result))
  })
program
  .command('matmul')
  .description("a layer's matrix products in every lowering that computes them")
  .option('--tiny', 'matrices so small that this takes no time; the numbers mean nothing', false)
  .action(async ({ tiny }: { tiny: boolean }) => {
    process.stdout.write(`${JSON.stringify(await benchMatmul({ tiny }))}\n`)
  })
await program.parseAsync()
