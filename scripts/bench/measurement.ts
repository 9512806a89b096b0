import type { TrainingSettings } from '../../src-main/contract/trainingSettings.ts'
import type { Workload } from './workloads.ts'

export type Method = TrainingSettings['method']

/** What a process that is measured gets on its standard input. */
export interface MeasurementTask {
  /** A model folder without a tokenizer. */
  model: string
  rows: Workload['rows']
  method: Method
  /** Of LoRA: whether it learns beside weights in 8 bits. */
  loadIn8bit: boolean
  /** Optimizer steps, each over all rows. */
  steps: number
  threads: number
  /** When the process was started, in milliseconds since 1970. */
  started: number
}

/** What it leaves behind. */
export interface Measurement {
  secondsOfSteps: number[]
  losses: number[]
  /** From the start of the process to the end of the first step: loading the program and the model is part of it. */
  secondsToFirstStep: number
  /** The most that the process had in memory at any time, in bytes; a page of a file that is mapped several times counts once. */
  peakMemory: number
  versions: Record<string, string>
}

/** Both sides train with these, the Trainer's names; nothing is saved or evaluated. */
export const BENCH_SETTINGS = { learning_rate: 5e-5, logging_steps: 1, save_strategy: 'no' } as const

/** PEFT's names for what LoRA trains. */
export const LORA = { r: 16, lora_alpha: 32, lora_dropout: 0, target_modules: 'all-linear' } as const

/** What a process that is profiled gets on its standard input. */
export type ProfileTask = Pick<MeasurementTask, 'model' | 'method' | 'rows' | 'steps' | 'threads'>

/** What a part of a step has taken. */
export interface Spent {
  calls: number
  seconds: number
  /** Floating-point operations of its matrix products. */
  operations: number
}

export interface ProfiledStep {
  seconds: number
  /** By the name of the program or of the executor's function. */
  parts: Record<string, Spent>
}

export interface ProfileMeasurement {
  steps: ProfiledStep[]
  versions: Record<string, string>
}
