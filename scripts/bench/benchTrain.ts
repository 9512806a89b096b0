import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { count } from '../../src-main/engine/4-graph/elements.ts'
import { measureMatmul } from '../../src-main/services/measureMatmul.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import type { Measurement } from './measurement.ts'
import { neededOperations } from './neededOperations.ts'
import { randomModel, type BenchModelName } from './randomModel.ts'
import type { BenchResult, WorkloadResult } from './report.ts'
import { measureTrainer, measureTuneDesk } from './runMeasured.ts'
import { summarise } from './summary.ts'
import { learnedOf, tokensOf, workload, type Workload, type WorkloadName } from './workloads.ts'

const SECONDS_OF_PEAK = 3

export interface BenchRequest {
  workloads: readonly WorkloadName[]
  /** Also by the Hugging Face Trainer, in turn with ours. */
  peer: boolean
  steps: number
  /** Processes of each side. */
  rounds: number
  tiny: boolean
  /** Where models are made once and kept. */
  cache: string
}

/** Measures training steps, each side in processes of its own. @param say hears what is being done, a line each */
export async function benchTrain(request: BenchRequest, say: (line: string) => void): Promise<BenchResult> {
  const { peer, steps, rounds, tiny, cache } = request
  const python = peer ? preparePeers(say).python : null
  const modelName: BenchModelName = tiny ? 'tiny' : 'Qwen2.5-0.5B'
  const model = await randomModel(modelName, cache)
  const config = parseConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')))
  const threads = availableParallelism()
  const workloads = request.workloads.map((name) => workload(name, config.vocabularySize, tiny ? 8 : 1))
  const versions: Record<string, string> = { node: process.versions.node }

  const measured: { each: Workload; tunedesk: Measurement[]; trainer: Measurement[] }[] = []
  const peaksMeasured = [await measureMatmul(SECONDS_OF_PEAK)]
  for (const each of workloads) {
    const task = { model, rows: each.rows, steps, threads }
    const tunedesk: Measurement[] = []
    const trainer: Measurement[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${each.name}, process ${round} of ${rounds}: TuneDesk`)
      tunedesk.push(await measureTuneDesk(task))
      if (python === null) continue
      say(`${each.name}, process ${round} of ${rounds}: Trainer`)
      trainer.push(await measureTrainer(python, task))
    }
    for (const { versions: found } of [...tunedesk, ...trainer]) Object.assign(versions, found)
    measured.push({ each, tunedesk, trainer })
  }
  peaksMeasured.push(await measureMatmul(SECONDS_OF_PEAK))
  const peakGigaflops = Math.max(...peaksMeasured)

  return {
    model: modelName,
    parameters: modelParameters(config).reduce((sum, { shape }) => sum + count(shape), 0),
    steps,
    rounds,
    machine: {
      processor: cpus()[0]?.model.trim() ?? '',
      threads,
      memory: totalmem(),
      system: `${type()} ${release()}`,
    },
    versions,
    peakGigaflops,
    peaksMeasured,
    workloads: measured.map(({ each, tunedesk, trainer }): WorkloadResult => {
      const facts = { tokens: tokensOf(each), operations: neededOperations(config, each), peakGigaflops }
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
