import type { LogLine, RunState } from '../6-train/runState.ts'

/** What a run came to, under the Trainer's names. */
export interface Results {
  /** The totals of training: train_loss, train_runtime, … and epoch. */
  train: Record<string, number>
  /** The last evaluation of the very weights that are kept; null where there was none. */
  evaluation: Record<string, number> | null
}

/** The numbers of train_results.json and all_results.json (transformers 5.23, trainer_pt_utils.py, save_metrics), out of a finished run's log. */
export function resultsOf({ trainer, bestCheckpoint }: RunState, isBestLoaded: boolean): Results {
  const keptStep = isBestLoaded && bestCheckpoint !== null ? bestCheckpoint : trainer.global_step
  const last = (key: string, step: number): LogLine | undefined =>
    trainer.log_history.findLast((line) => key in line && line.step === step)
  const train = last('train_loss', trainer.global_step)
  if (!train) throw new Error('the run has no totals yet')
  const evaluation = last('eval_loss', keptStep)
  return { train: withoutStep(train), evaluation: evaluation ? withoutStep(evaluation) : null }
}

function withoutStep({ step: _, ...numbers }: LogLine): Record<string, number> {
  return numbers
}
