import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { countOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import type { Method, ProfiledStep, ProfileMeasurement, ProfileTask } from './measurement.ts'
import { measurePeak } from './peak.ts'
import { randomModel } from './randomModel.ts'
import { runNode } from './runMeasured.ts'
import { workload, WORKLOAD_NAMES, type WorkloadName } from './workloads.ts'

/** Parts that take less of a step than this stand in one line. */
const SMALLEST_SHARE = 0.01

interface ProfileOptions {
  workload: readonly WorkloadName[]
  method: Method
  steps: number
}

interface ProfileResult extends BenchmarkResult {
  method: Method
  peakGigaflops: number
  /** Of each workload the quickest step. */
  profiles: { workload: WorkloadName; step: ProfiledStep }[]
}

async function measure(
  { workload: names, method, steps, tiny }: ProfileOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<ProfileResult> {
  const model = await randomModel(tiny ? 'tiny' : 'Qwen2.5-0.5B')
  const { vocabularySize } = parseConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')))
  const peaks = [await measurePeak({ tiny })]
  const profiles: ProfileResult['profiles'] = []
  const versions: Record<string, string> = {}
  for (const name of names) {
    say(name)
    const { rows } = workload(name, vocabularySize, tiny ? 8 : 1)
    const task: ProfileTask = { model, method, rows, steps, threads: availableParallelism() }
    const { steps: found, versions: used } = await runNode<ProfileMeasurement>('measureProfile.ts', task)
    // A process's first step meets cold memory.
    const [quickest] = found.slice(1).sort((a, b) => a.seconds - b.seconds)
    if (quickest) profiles.push({ workload: name, step: quickest })
    Object.assign(versions, used)
  }
  peaks.push(await measurePeak({ tiny }))
  return { versions, method, peakGigaflops: Math.max(...peaks), profiles }
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

function table({ profiles, peakGigaflops, method }: ProfileResult): string {
  const sections = profiles.map(({ workload: name, step: { seconds, parts } }) => {
    const row = (part: string, calls: string, own: number, operations: number): string[] => {
      const gigaflops = operations / own / 1e9
      const rates = operations > 0 ? [gigaflops.toFixed(0), percent(gigaflops / peakGigaflops)] : ['', '']
      return [name, part, calls, own.toFixed(3), percent(own / seconds), ...rates]
    }
    const sorted = Object.entries(parts).sort(([, a], [, b]) => b.seconds - a.seconds)
    const shown = sorted.filter(([, spent]) => spent.seconds >= SMALLEST_SHARE * seconds)
    const rest = seconds - shown.reduce((sum, [, spent]) => sum + spent.seconds, 0)
    const operations = sorted.reduce((sum, [, spent]) => sum + spent.operations, 0)
    return [
      row('whole step', '1', seconds, operations),
      ...shown.map(([part, spent]) => row(part, String(spent.calls), spent.seconds, spent.operations)),
      row('all else', '', rest, 0),
    ]
  })
  return [
    `Qwen2.5-0.5B with random weights, ${method === 'full' ? 'full fine-tuning' : 'LoRA of rank 16 on every linear module'}. Matrix products alone: ${Math.round(peakGigaflops)} GFLOPS.`,
    '',
    formatTable(['workload', 'part', 'calls', 's', 'of the step', 'GFLOPS', 'of the peak'], sections.flat()),
  ].join('\n')
}

export const profileBenchmark: Benchmark<ProfileOptions, ProfileResult> = {
  name: 'profile',
  description: 'what the time of a training step goes into',
  title: "What a step's time goes into",
  about: `The quickest step of a process, by the programs that onnxruntime runs and by the executor's own functions (\`adamW\` and the other kernels). GFLOPS count
the matrix products that a part does, against what onnxruntime reaches with products alone: a part far below that waits for memory or does something else.
A step whose matrices' gradients stay factors (docs/adr/0023-gradients-made-where-they-are-used.md) makes them in \`adamW\`, whose products are not counted.`,
  options: [
    new Option('--workload <names...>', 'only these').choices(WORKLOAD_NAMES).default(WORKLOAD_NAMES),
    new Option('--method <name>', 'what is trained').choices(['full', 'lora']).default('full'),
    countOption('--steps <number>', 'steps a process, of which the first is not counted', 2, 4),
  ],
  measure,
  table,
}
