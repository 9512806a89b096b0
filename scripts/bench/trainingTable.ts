import type { BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { LORA, type Method } from './measurement.ts'
import type { Summary } from './summary.ts'
import type { WorkloadName } from './workloads.ts'

export interface WorkloadResult {
  workload: WorkloadName
  rows: number
  tokens: number
  learned: number
  /** Floating-point operations that a step needs. */
  operations: number
  tunedesk: Summary
  trainer: Summary | null
}

export interface TrainingResult extends BenchmarkResult {
  method: Method
  model: string
  parameters: number
  steps: number
  rounds: number
  /** Matrix products by onnxruntime, before the first and after the last workload: the larger, and both. */
  peakGigaflops: number
  peaksMeasured: number[]
  workloads: WorkloadResult[]
}

const two = (value: number): string => value.toFixed(2)
const seconds = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(2))
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
const percent = (share: number): string => `${Math.round(share * 100)} %`

const METHODS: Record<Method, { about: string; peer: string }> = {
  full: { about: 'full fine-tuning in float32', peer: 'Trainer' },
  lora: { about: `LoRA of rank ${LORA.r} in float32 on every linear module`, peer: 'PEFT' },
}

export function trainingTable(result: TrainingResult): string {
  const { peaksMeasured } = result
  const { about, peer } = METHODS[result.method]
  const lines = [
    `${result.model} with random weights (${(result.parameters / 1e6).toFixed(1)} million), ${about}, ${result.steps} steps in each of ${result.rounds} processes.`,
    `Matrix products of onnxruntime, before and after: ${peaksMeasured.map((peak) => Math.round(peak)).join(' and ')} GFLOPS.`,
    '',
    formatTable(
      [
        'workload',
        'rows',
        'tokens',
        'learned',
        'with',
        'step s, quickest',
        'median',
        'slowest',
        'tokens/s',
        'of the peak',
        'memory',
        'first step done after s',
        'first loss',
      ],
      result.workloads.flatMap((each) => sides(each, peer).map(([name, side]) => row(each, name, side))),
    ),
  ]
  const compared = result.workloads.flatMap(({ workload, tunedesk, trainer }) =>
    trainer ? [{ workload, tunedesk, trainer }] : [],
  )
  if (compared.length > 0)
    lines.push(
      '',
      'TuneDesk beside the peer: how many times as quick, and how much of its memory and of its time to the first step.',
      '',
      formatTable(
        ['workload', 'quickest step', 'median step', 'memory', 'first step done'],
        compared.map(({ workload, tunedesk, trainer }) => [
          workload,
          `${two(trainer.quickestSeconds / tunedesk.quickestSeconds)} ×`,
          `${two(trainer.medianSeconds / tunedesk.medianSeconds)} ×`,
          `${two(tunedesk.peakMemory / trainer.peakMemory)} ×`,
          `${two(tunedesk.secondsToFirstStep / trainer.secondsToFirstStep)} ×`,
        ]),
      ),
    )
  return lines.join('\n')
}

function sides({ tunedesk, trainer }: WorkloadResult, peer: string): [string, Summary][] {
  return [['TuneDesk', tunedesk], ...(trainer ? [[peer, trainer] satisfies [string, Summary]] : [])]
}

function row({ workload, rows, tokens, learned }: WorkloadResult, name: string, side: Summary): string[] {
  return [
    workload,
    String(rows),
    String(tokens),
    String(learned),
    name,
    seconds(side.quickestSeconds),
    seconds(side.medianSeconds),
    seconds(side.slowestSeconds),
    side.tokensPerSecond.toFixed(1),
    percent(side.shareOfPeak),
    gigabytes(side.peakMemory),
    side.secondsToFirstStep.toFixed(1),
    side.firstLoss.toFixed(4),
  ]
}
