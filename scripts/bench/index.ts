// npm run bench -- NAME [options]; `npm run bench -- --help` lists the names.
import { Command, Option } from 'commander'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { frozenBenchmark } from './benchFrozen.ts'
import { inferBenchmark, loadBenchmark } from './benchInfer.ts'
import { matmulBenchmark } from './benchMatmul.ts'
import { optimizersBenchmark } from './benchOptimizers.ts'
import { profileBenchmark } from './benchProfile.ts'
import { sharingBenchmark } from './benchSharing.ts'
import { tokeniseBenchmark } from './benchTokenise.ts'
import { loraBenchmark, trainBenchmark } from './benchTrain.ts'
import { tutorialBenchmark } from './benchTutorial.ts'
import { uiBenchmark } from './benchWindow.ts'
import type { Benchmark, BenchmarkResult } from './benchmark.ts'
import { withSection } from './benchmarksPage.ts'
import { machineLine, thisMachine } from './machine.ts'

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

const program = new Command('bench').description(
  'Measures TuneDesk, and its peers beside it: prints a table, and as the last line all that was measured as JSON.',
)

function add<Options, Result extends BenchmarkResult>(benchmark: Benchmark<Options, Result>): void {
  const { name, description, title, about, options, measure, table } = benchmark
  const command = program.command(name).description(description)
  for (const option of options) command.addOption(option)
  command
    .option('--tiny', 'all so small that this takes seconds: shows that it works, the numbers mean nothing', false)
    .addOption(new Option('--write', 'write its section of docs/benchmarks.md').default(false).conflicts('tiny'))
    .action(async (chosen: Options & { tiny: boolean; write: boolean }) => {
      const machine = thisMachine()
      const result = await measure(chosen, (line) => process.stderr.write(`${line}\n`))
      const versions = { node: process.versions.node, ...result.versions }
      const figures = `${machineLine(machine, versions)}\n\n${table(result)}`
      process.stdout.write(`${figures}\n\n${JSON.stringify({ benchmark: name, machine, ...result, versions })}\n`)
      if (chosen.write) await writeSection(name, `## ${title}\n\n\`${commandLine()}\`\n\n${about}\n\n${figures}`)
    })
}

async function writeSection(name: string, section: string): Promise<void> {
  const order = program.commands.map((command) => command.name())
  const page = withSection(readFileSync(PAGE, 'utf8'), order, name, section)
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE }))
}

const commandLine = (): string => `npm run bench -- ${process.argv.slice(2).join(' ')}`

add(trainBenchmark)
add(loraBenchmark)
add(profileBenchmark)
add(tutorialBenchmark)
add(inferBenchmark)
add(loadBenchmark)
add(tokeniseBenchmark)
add(uiBenchmark)
add(sharingBenchmark)
add(frozenBenchmark)
add(optimizersBenchmark)
add(matmulBenchmark)
await program.parseAsync()
