import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { count } from '../../src-main/engine/4-graph/elements.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import { countOption, peerOption, roundsOption, type Benchmark } from './benchmark.ts'
import type { Measurement, Method } from './measurement.ts'
import { neededOperations } from './neededOperations.ts'
import { measurePeak } from './peak.ts'
import { randomModel, type BenchModelName } from './randomModel.ts'
import { measureTrainer, measureTuneDesk } from './runMeasured.ts'
import { summarise } from './summary.ts'
import { trainingTable, type TrainingResult, type WorkloadResult } from './trainingTable.ts'
import { learnedOf, tokensOf, workload, WORKLOAD_NAMES, type Workload, type WorkloadName } from './workloads.ts'

interface TrainingOptions {
  workload: readonly WorkloadName[]
  /** Also by the Hugging Face Trainer, in turn with ours. */
  peer: boolean
  steps: number
  /** Processes of each side. */
  rounds: number
  loadIn8bit?: boolean
}

/** Training steps, each side in processes of its own. */
async function measure(
  method: Method,
  { workload: names, peer, steps, rounds, loadIn8bit = false, tiny }: TrainingOptions & { tiny: boolean },
  say: (line: string) => void,
): Promise<TrainingResult> {
  const python = peer ? preparePeers(say).python : null
  const modelName: BenchModelName = tiny ? 'tiny' : 'Qwen2.5-0.5B'
  const model = await randomModel(modelName)
  const config = parseConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')))
  const threads = availableParallelism()
  const workloads = names.map((name) => workload(name, config.vocabularySize, tiny ? 8 : 1))
  const versions: Record<string, string> = {}

  const measured: { each: Workload; tunedesk: Measurement[]; trainer: Measurement[] }[] = []
  const peaksMeasured = [await measurePeak({ tiny })]
  for (const each of workloads) {
    const task = { model, method, loadIn8bit, rows: each.rows, steps, threads }
    const tunedesk: Measurement[] = []
    const trainer: Measurement[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${each.name}, process ${round} of ${rounds}: TuneDesk`)
      tunedesk.push(await measureTuneDesk(task))
      if (python === null) continue
      say(`${each.name}, process ${round} of ${rounds}: the peer`)
      trainer.push(await measureTrainer(python, task))
    }
    for (const { versions: found } of [...tunedesk, ...trainer]) Object.assign(versions, found)
    measured.push({ each, tunedesk, trainer })
  }
  peaksMeasured.push(await measurePeak({ tiny }))
  const peakGigaflops = Math.max(...peaksMeasured)

  return {
    method,
    model: modelName,
    parameters: modelParameters(config).reduce((sum, { shape }) => sum + count(shape), 0),
    steps,
    rounds,
    versions,
    peakGigaflops,
    peaksMeasured,
    workloads: measured.map(({ each, tunedesk, trainer }): WorkloadResult => {
      const facts = { tokens: tokensOf(each), operations: neededOperations(config, each, method), peakGigaflops }
      return {
        workload: each.name,
        rows: each.rows.length,
        tokens: facts.tokens,
        learned: learnedOf(each),
        operations: facts.operations,
        tunedesk: summarise(tunedesk, facts),
        trainer: trainer.length > 0 ? summarise(trainer, facts) : null,
      }
    }),
  }
}

const ABOUT = `A workload is what one optimizer step gets: *seed* the tutorial's two poems, *zh* eight short questions, *long* four texts of about 510
tokens. Both sides get the same ids and labels, the same weights and settings, and a new process each time, in turn. The time of a step is
everything between two steps: batch, forward and backward pass, clipping, AdamW, log. A process's first step is not counted there; it stands
under "first step done after", from the start of the process, with loading the program (TuneDesk: from its TypeScript sources) and the model.
Tokens/s are of the median. Memory is the most that the process ever had, pages of mapped files included, each once. "Of the peak"
sets the matrix products that a step cannot do without (\`scripts/bench/neededOperations.ts\`) against what onnxruntime reaches with products alone.`

const trainingBenchmark = (
  method: Method,
  {
    peer,
    own = [],
    ...words
  }: Pick<Benchmark<unknown, TrainingResult>, 'name' | 'title' | 'description'> & {
    peer: string
    own?: Option[]
  },
): Benchmark<TrainingOptions, TrainingResult> => ({
  ...words,
  about: ABOUT,
  options: [
    peerOption(peer),
    new Option('--workload <names...>', 'only these').choices(WORKLOAD_NAMES).default(WORKLOAD_NAMES),
    countOption('--steps <number>', 'optimizer steps a process, of which the first is not counted', 2, 5),
    roundsOption('processes of each side', 2),
    ...own,
  ],
  measure: (options, say) => measure(method, options, say),
  table: trainingTable,
})

export const trainBenchmark = trainingBenchmark('full', {
  name: 'train',
  title: 'Steps of full fine-tuning',
  description: 'steps of full fine-tuning on the shape of Qwen2.5-0.5B with random weights',
  peer: 'the Hugging Face Trainer',
})

export const loraBenchmark = trainingBenchmark('lora', {
  name: 'lora',
  title: 'Steps of LoRA',
  description: 'the same steps with LoRA of rank 16 on every linear module',
  peer: 'PEFT with the Hugging Face Trainer',
  own: [new Option('--load-in-8bit', 'TuneDesk beside a base in 8 bits').default(false).conflicts('write')],
})
