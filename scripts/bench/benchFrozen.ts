import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import { env } from 'onnxruntime-node'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder, type Decoder } from '../../src-main/engine/6-train/decoder.ts'
import { createFrozenOutputs, type FrozenOutputs } from '../../src-main/engine/6-train/frozenOutputs.ts'
import { beginTraining } from '../../src-main/jobs/beginTraining.ts'
import { roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { BENCH_SETTINGS, LORA, type Method } from './measurement.ts'
import { randomModel } from './randomModel.ts'
import { spread } from './spread.ts'
import { tokensOf, workload, WORKLOAD_NAMES, type Workload, type WorkloadName } from './workloads.ts'

const TOP_LAYERS = { whole: 4, tiny: 1 }
/** Room for everything that a benchmark keeps, in memory or on the disk. */
const ENOUGH = 1e9

/** Seconds of a step, of every round: with frozen layers run each time, with their outputs computed to be kept, and with kept ones. */
interface StepsOfWays {
  without: number[]
  first: number[]
  inMemory: number[]
  onDisk: number[]
}

interface FrozenOptions {
  workload: readonly WorkloadName[]
  rounds: number
}

interface FrozenResult extends BenchmarkResult {
  layers: number
  topLayers: number
  steps: ({ method: Method; workload: string; tokens: number } & StepsOfWays)[]
}

/** Steps that train the top layers alone, each way in turn. */
async function measure(
  { tiny, rounds, workload: names }: FrozenOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<FrozenResult> {
  const folder = await randomModel(tiny ? 'tiny' : 'SmolLM2-135M')
  const config = parseConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
  const topLayers = tiny ? TOP_LAYERS.tiny : TOP_LAYERS.whole
  const layers = `${config.layerCount - topLayers}-${config.layerCount - 1}`
  const scratch = mkdtempSync(join(tmpdir(), 'tunedesk-bench-'))
  const steps: FrozenResult['steps'] = []
  try {
    for (const method of ['full', 'lora'] as const) {
      const settings = createSettings({ ...BENCH_SETTINGS, ...LORA, method, layers_to_transform: layers })
      const { weights, partial } = await beginTraining(config, settings, folder, null)
      const model = await createDecoder(config, await createOrtExecutor(), weights, partial)
      for (const name of names) {
        say(`${method}, ${name}`)
        const each = workload(name, config.vocabularySize, tiny ? 8 : 1)
        steps.push({ method, workload: name, tokens: tokensOf(each), ...(await stepsOf(model, each, rounds, scratch)) })
      }
      await model.dispose()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return { versions: { onnxruntime: env.versions.node ?? '' }, layers: config.layerCount, topLayers, steps }
}

async function stepsOf(model: Decoder, { rows }: Workload, rounds: number, scratch: string): Promise<StepsOfWays> {
  const batch = packBatch(rows.map((row, index) => ({ ...row, row: index, reasons: [], cutOff: [], warnings: [] })))
  const ways: StepsOfWays = { without: [], first: [], inMemory: [], onDisk: [] }
  const cacheIn = (room: 'memory' | 'disk'): FrozenOutputs =>
    createFrozenOutputs({
      precision: 'float32',
      room: { memory: 0, disk: 0, [room]: ENOUGH },
      path: join(scratch, 'outputs'),
      clock: () => performance.now() / 1000,
    })
  // The first round only touches the memory.
  for (let round = 0; round <= rounds; round++) {
    const step = async (way: keyof StepsOfWays, outputs: FrozenOutputs | null): Promise<void> => {
      model.frozenOutputs.training = outputs
      const started = performance.now()
      await model.accumulateGradients(batch, 1 / batch.supervised.length, true)
      const gradientNorm = await model.gradientNorm()
      await model.optimizerStep({
        optim: 'adamw_torch',
        learningRate: 5e-5,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        gradientScale: Math.min(1, 1 / gradientNorm),
      })
      if (round > 0) ways[way].push((performance.now() - started) / 1000)
    }
    const [memory, disk] = [cacheIn('memory'), cacheIn('disk')]
    await step('without', null)
    await step('first', memory)
    await step('inMemory', memory)
    await step('first', disk)
    await step('onDisk', disk)
    await memory.close()
    await disk.close()
  }
  return ways
}

function table({ topLayers, layers, steps }: FrozenResult): string {
  return formatTable(
    [
      `top ${topLayers} of ${layers} layers`,
      'rows',
      'tokens',
      'without s, quickest',
      'median',
      'slowest',
      'first epoch s, median',
      'later s, quickest',
      'median',
      'slowest',
      'later from the disk s, median',
      'times as quick',
    ],
    steps.map(({ method, workload: rows, tokens, ...ways }) => {
      const [without, first, later, onDisk] = [ways.without, ways.first, ways.inMemory, ways.onDisk].map(spread)
      const seconds = [
        without?.quickest,
        without?.median,
        without?.slowest,
        first?.median,
        later?.quickest,
        later?.median,
        later?.slowest,
        onDisk?.median,
      ]
      const ratio = (without?.median ?? NaN) / (later?.median ?? NaN)
      return [method, rows, String(tokens), ...seconds.map((value = NaN) => value.toFixed(3)), ratio.toFixed(2)]
    }),
  )
}

export const frozenBenchmark: Benchmark<FrozenOptions, FrozenResult> = {
  name: 'frozen',
  description: 'steps that train the top layers alone, with what is below run each time and computed once',
  title: 'Top layers alone',
  about: `A whole step (forward and backward pass, clipping, AdamW) that trains the top layers of SmolLM2-135M's shape with random weights, in full and by LoRA of
rank 16, on the workloads of \`train\`: with the frozen layers run each time ("without"), with their outputs computed to be kept ("first
epoch"), and with kept outputs ("later", in memory and from a file). All in turn within one process. "Times as quick" sets the medians of "without" and "later" against
each other (docs/adr/0021-frozen-layers-computed-once.md).`,
  options: [
    new Option('--workload <names...>', 'only these').choices(WORKLOAD_NAMES).default(WORKLOAD_NAMES),
    roundsOption('of each way, in turn', 5),
  ],
  measure,
  table,
}
