import { z } from 'zod'
import type { LogLine, RunState, TrainerState } from '../6-train/runState.ts'
import { printSortedJson } from './printJson.ts'

export const TRAINER_STATE_FILE = 'trainer_state.json'

export const checkpointName = (step: number): string => `checkpoint-${step}`

/**
 * trainer_state.json as the Trainer writes it (transformers 5.23, trainer_callback.py, TrainerState.save_to_json), with the fields that say
 * nothing about a run on one computer at their fixed values. `best_model_checkpoint` is relative to the run's folder, which can be moved.
 */
export function printTrainerState({ trainer, bestCheckpoint }: RunState): string {
  return printSortedJson(
    {
      ...trainer,
      best_model_checkpoint: bestCheckpoint === null ? null : checkpointName(bestCheckpoint),
      is_hyper_param_search: false,
      is_local_process_zero: true,
      is_world_process_zero: true,
      num_input_tokens_seen: 0,
      stateful_callbacks: {},
      trial_name: null,
      trial_params: null,
    },
    2,
  )
}

const step = z.int().min(0)

export const logLineSchema: z.ZodType<LogLine> = z.object({ epoch: z.number(), step }).catchall(z.number())

/** What is read back; further fields are left out. */
export const trainerStateSchema: z.ZodType<TrainerState> = z.object({
  best_global_step: step.nullable(),
  best_metric: z.number().nullable(),
  epoch: z.number(),
  eval_steps: z.number(),
  global_step: step,
  log_history: z.array(logLineSchema),
  logging_steps: z.number(),
  max_steps: step,
  num_train_epochs: step,
  save_steps: z.number(),
  total_flos: z.number(),
  train_batch_size: step,
})
