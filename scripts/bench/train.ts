import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { measureMatmul } from '../../src-main/services/measureMatmul.ts'
import { preparePeers } from '../peers/preparePeers.ts'
import { trainingOperations } from './arithmetic.ts'
import { BENCH_CACHE, benchModel } from './benchModel.ts'
import type { MeasuredRun } from './measuredRun.ts'
import { printTable } from './printTable.ts'
import { benchRows, WORKLOADS, type WorkloadName } from './workloads.ts'

export interface TrainBenchOptions {
  workloads: WorkloadName[]
  /** Optimizer steps of each process; the first is not counted as a pace. */
  steps: number
  /** How often each side is run; the sides take turns, so that noise falls on both. */
  rounds: number
  /** Also runs the Hugging Face Trainer. */
  peer: boolean
  tiny: boolean
}

interface Side {
  quickestStep: number
  medianStep: number
  tokensPerSecond: number
  firstStepDone: number
  peakMemory: number
  steps: number[]
}

export interface TrainBenchResult {
  workload: WorkloadName
  rows: number
  tokens: number
  learned: number
  /** GFLOPS of onnxruntime's matrix product, measured before and after. */
  matmul: number
  /** Of that, what a step's arithmetic reaches over the whole step. */
  shareOfMatmul: number
  ours: Side
  peer?: Side
  /** The peer's figure divided by ours; memory: ours divided by the peer's. */
  ratios?: { quickestStep: number; medianStep: number; firstStepDone: number; memory: number }
  /** The largest difference of a step's loss. */
  lossDifference?: number
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Seconds of training steps on the shape of Qwen2.5-0.5B with random weights, each workload in fresh processes. */
export async function benchTrain(options: TrainBenchOptions): Promise<TrainBenchResult[]> {
  const model = await benchModel(options.tiny ? 'tiny' : 'qwen2.5-0.5b')
  const config = parseConfig(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')))
  const python = options.peer ? preparePeers((line) => process.stderr.write(`${line}\n`)).python : undefined
  const results: TrainBenchResult[] = []
  for (const workload of options.workloads) {
    const rowsFile = join(BENCH_CACHE, `${workload}-${config.vocabularySize}.json`)
    mkdirSync(BENCH_CACHE, { recursive: true })
    writeFileSync(rowsFile, JSON.stringify(benchRows(WORKLOADS[workload], config.vocabularySize)))
    const argumentsOf = [model, rowsFile, String(options.steps)]
    const ours: MeasuredRun[] = []
    const peers: MeasuredRun[] = []
    const before = await measureMatmul(1)
    for (let round = 0; round < options.rounds; round++) {
      process.stderr.write(`${workload}: round ${round + 1} of ${options.rounds}\n`)
      ours.push(await measure(process.execPath, ['--import', 'tsx', here('trainOurs.ts'), ...argumentsOf]))
      if (python) peers.push(await measure(python, [here('train_peer.py'), ...argumentsOf]))
    }
    const matmul = Math.max(before, await measureMatmul(1))
    results.push(summarise(workload, ours, peers, matmul, trainingOperations(config, WORKLOADS[workload])))
  }
  printResults(results)
  return results
}

/** Runs a process and reads the JSON on its last line. */
async function measure(command: string, words: readonly string[]): Promise<MeasuredRun> {
  const child = spawn(command, words, {
    cwd: here('../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BENCH_STARTED: String(Date.now() / 1000),
      BENCH_OUTPUT: join(BENCH_CACHE, 'peer-output'),
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_VERBOSITY: 'error',
      PYTHONWARNINGS: 'ignore',
    },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  if (code !== 0) throw new Error(`${command} ended with ${code}\n${output}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as MeasuredRun
}

function summarise(
  workload: WorkloadName,
  ours: readonly MeasuredRun[],
  peers: readonly MeasuredRun[],
  matmul: number,
  operations: number,
): TrainBenchResult {
  const rows = WORKLOADS[workload]
  const tokens = rows.reduce((sum, row) => sum + row.tokens, 0)
  const learned = rows.reduce((sum, row) => sum + row.learned, 0)
  const own = side(ours, tokens)
  const result = {
    workload,
    rows: rows.length,
    tokens,
    learned,
    matmul,
    shareOfMatmul: operations / own.quickestStep / 1e9 / matmul,
    ours: own,
  }
  if (peers.length === 0) return result
  const peer = side(peers, tokens)
  return {
    ...result,
    peer,
    ratios: {
      quickestStep: peer.quickestStep / own.quickestStep,
      medianStep: peer.medianStep / own.medianStep,
      firstStepDone: peer.firstStepDone / own.firstStepDone,
      memory: own.peakMemory / peer.peakMemory,
    },
    lossDifference: Math.max(...(ours[0]?.losses ?? []).map((loss, step) => Math.abs(loss - (peers[0]?.losses[step] ?? NaN)))),
  }
}

function side(runs: readonly MeasuredRun[], tokens: number): Side {
  const steps = runs.flatMap((run) => run.steps.slice(1))
  const sorted = [...steps].sort((a, b) => a - b)
  const quickestStep = sorted[0] ?? NaN
  return {
    quickestStep,
    medianStep: sorted[Math.floor(sorted.length / 2)] ?? NaN,
    tokensPerSecond: tokens / quickestStep,
    firstStepDone: Math.min(...runs.map(({ firstStepDone }) => firstStepDone)),
    peakMemory: Math.max(...runs.map(({ peakMemory }) => peakMemory)),
    steps,
  }
}

function printResults(results: readonly TrainBenchResult[]): void {
  const seconds = (value: number): string => value.toFixed(value < 1 ? 3 : 2)
  const gigabytes = (value: number): string => (value / 1e9).toFixed(2)
  printTable(
    ['workload', 'tokens', 'learned', '', 'quickest s', 'median s', 'tokens/s', 'first step s', 'memory GB', 'of matmul'],
    results.flatMap(({ workload, tokens, learned, ours, peer, ratios, shareOfMatmul }) => {
      const line = (name: string, { quickestStep, medianStep, tokensPerSecond, firstStepDone, peakMemory }: Side): string[] => [
        name,
        seconds(quickestStep),
        seconds(medianStep),
        tokensPerSecond.toFixed(1),
        firstStepDone.toFixed(1),
        gigabytes(peakMemory),
      ]
      return [
        [workload, String(tokens), String(learned), ...line('TuneDesk', ours), `${Math.round(100 * shareOfMatmul)} %`],
        ...(peer ? [['', '', '', ...line('HF Trainer', peer), '']] : []),
        ...(ratios
          ? [
              [
                '',
                '',
                '',
                'ratio',
                `${ratios.quickestStep.toFixed(2)} ×`,
                `${ratios.medianStep.toFixed(2)} ×`,
                '',
                `${ratios.firstStepDone.toFixed(2)} ×`,
                `${ratios.memory.toFixed(2)} ×`,
                '',
              ],
            ]
          : []),
      ]
    }),
  )
}
