import type { LogLine, RunState } from './runState.ts'
import type { NamedTensor } from './trainableModel.ts'

/** These rows (indices in the dataset) have no token to learn; the rows beside them in a step do. */
export interface TrainingWarning {
  kind: 'rows-with-nothing-to-learn'
  rows: number[]
}

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
      /** Of this optimizer step; padding does not count. */
      tokensPerSecond: number
      /** Until the last optimizer step, at the pace of the last few. */
      secondsLeft: number
    }
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
  optimizerState: AsyncIterable<NamedTensor>
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
