import type { LogLine, RunState } from './runState.ts'
import type { NamedTensor, OptimizerTensor } from './trainableModel.ts'

export type TrainingWarning =
  /** These rows (indices in the dataset) have no token to learn; the rows beside them in a step do. */
  { kind: 'rows-with-nothing-to-learn'; rows: number[] } | MemoryWarning

/** What was changed so that a run fits into memory; its losses are the same. */
export type MemoryWarning =
  /** A batch of `of` rows is worked through so many at a time. */
  { kind: 'smaller-batches'; rowsAtOnce: number; of: number } | { kind: 'recomputation' }

/** What happens in a run, in order, as plain data. */
export type TrainingEvent =
  | {
      kind: 'start'
      /** Optimizer steps already taken: more than 0 where a run is resumed. */
      step: number
      maxSteps: number
      epochs: number
      rows: number
      heldOutRows: number
      parameters: number
    }
  | {
      kind: 'progress'
      step: number
      maxSteps: number
      epoch: number
      /** Of this optimizer step alone; the log has the mean of several. */
      loss: number
      /** Of all gradients together, before clipping. */
      gradientNorm: number
      /** That this step was taken with. */
      learningRate: number
      /** Of this optimizer step; padding does not count. */
      tokensPerSecond: number
      /** Bytes that the process holds. */
      memory: number
      /** Wall-clock seconds trained, in all sittings together. */
      seconds: number
      /** Until the last optimizer step, at the pace of the last few. */
      secondsLeft: number
    }
  /** What the model answered to a row's question at an epoch's end. */
  | { kind: 'sample'; epoch: number; step: number; question: string; answer: string; label: string }
  | { kind: 'evaluating'; batch: number; batches: number }
  /** A new line of the log: of training, of an evaluation, or the run's last one with its totals. */
  | { kind: 'log'; line: LogLine }
  | { kind: 'checkpoint'; step: number }
  | { kind: 'warning'; warning: TrainingWarning }
  | { kind: 'end'; reason: 'finished' | 'stopped'; step: number }

/** A run at the end of an optimizer step. The tensors are read once, while they are saved. */
export interface RunSnapshot {
  state: RunState
  weights: AsyncIterable<NamedTensor>
  optimizerState: OptimizerTensor[]
  /** The optimizer's own count of steps, of which bias correction depends. */
  optimizerStepCount: number
}

/** Where a run is written down. Every call is awaited before the run goes on, and what it throws ends the run. */
export interface RunRecorder {
  record(event: TrainingEvent): Promise<void>
  /** Saves `checkpoint-<global_step>`; when it is found whole, removes the checkpoints of all other steps than `keep`. */
  saveCheckpoint(snapshot: RunSnapshot, keep: readonly number[]): Promise<void>
  /**
   * Where there is a checkpoint of this step, puts it where no run is resumed from it.
   * @returns the step of the checkpoint that a run would now be resumed from, if there is one
   */
  setCheckpointAside(step: number): Promise<number | undefined>
  checkpointWeights(step: number): AsyncIterable<NamedTensor>
  /** Saves the finished model with its log; then removes the checkpoints of all other steps than `keep`. */
  saveModel(finished: Pick<RunSnapshot, 'state' | 'weights'>, keep: readonly number[]): Promise<void>
}
