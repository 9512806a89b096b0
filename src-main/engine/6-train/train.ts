import { TuneDeskError } from '../../contract/error.ts'
import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { packBatch } from '../3-batches/packBatch.ts'
import { stepsOfEpoch } from '../3-batches/stepsOfEpoch.ts'
import { trainedTokens } from '../3-batches/trainedTokens.ts'
import { epochAfter, trainingPlan } from '../3-batches/trainingPlan.ts'
import { checkRows } from './checkRows.ts'
import { dueAfterEpoch, dueAfterStep, type DueEvents } from './dueEvents.ts'
import { evaluate } from './evaluate.ts'
import { keptAtEnd, keptWhileRunning } from './keptCheckpoints.ts'
import type { RunRecorder } from './runRecorder.ts'
import { hasStepInEpoch, initialRunState, type RunState } from './runState.ts'
import { learningRateAt } from './schedule.ts'
import type { TrainingSettings } from './settings.ts'
import { speedMetrics } from './speedMetrics.ts'
import type { TrainableModel } from './trainableModel.ts'

/** The pace shown is that of the last few optimizer steps. */
const STEPS_OF_PACE = 20

export interface TrainingRun {
  model: TrainableModel
  rows: readonly TokenisedRow[]
  /** Never trained on; only evaluated, where `eval_strategy` says so. */
  heldOutRows: readonly TokenisedRow[]
  settings: TrainingSettings
  recorder: RunRecorder
  /** Seconds since any moment; never goes back. */
  clock: () => number
  /** Where to go on; the model then already has that moment's weights and optimizer state. */
  state?: RunState
  /** Stops the run before its next optimizer step, with a checkpoint to resume from. */
  signal?: AbortSignal
}

export interface TrainingEnd {
  reason: 'finished' | 'stopped'
  state: RunState
}

/**
 * Trains a model: the recipe from first step to last, and nowhere else.
 *
 * Same rows, settings and weights give the log of the Hugging Face Trainer on one process, line by line: the order of events is that of
 * transformers 5.23, trainer.py, Trainer._inner_training_loop, _run_epoch, _maybe_log_save_evaluate and _finalize_training. It differs
 * where the Trainer goes on with a broken or a forgotten number: a loss that is not finite ends the run, and a resumed run's averages
 * count from the beginning.
 * @throws train/diverged, train/diverged-without-checkpoint, train/not-finite-at-start; what checkRows and the recorder throw
 */
export async function train(run: TrainingRun): Promise<TrainingEnd> {
  const { model, rows, heldOutRows, settings, recorder, clock } = run
  const plan = trainingPlan(rows.length, settings)
  const warnings = checkRows(rows, heldOutRows, settings, plan)
  const state = structuredClone(run.state ?? initialRunState(plan, settings))
  const { trainer } = state
  const started = clock() - state.seconds
  const secondsOfSteps: number[] = []

  await recorder.record({
    kind: 'start',
    step: trainer.global_step,
    maxSteps: plan.totalSteps,
    epochs: plan.epochCount,
    rows: rows.length,
    heldOutRows: heldOutRows.length,
    parameters: model.parameterCount,
  })
  for (const warning of warnings) await recorder.record({ kind: 'warning', warning })

  while (state.finishedEpochs < plan.epochCount) {
    const steps = stepsOfEpoch(rows.length, settings, state.finishedEpochs)

    while (hasStepInEpoch(state, plan)) {
      if (run.signal?.aborted) return stop()
      const stepStarted = clock()
      const step = steps[trainer.global_step - state.finishedEpochs * plan.stepsPerEpoch] ?? []

      // Forward and backward. The loss is the mean over the trained tokens of the whole step, however they fall into micro-batches.
      const microBatches = step.map((indices) => indices.map((index) => rowAt(rows, index)))
      const scale = 1 / trainedTokens(microBatches.flat())
      let loss = 0
      for (const microBatch of microBatches) {
        loss += (await model.accumulateGradients(packBatch(microBatch), scale)) * scale
        state.uncountedFlos += floatingPointOperations(model, microBatch)
      }
      if (!Number.isFinite(loss)) throw await diverged()

      // Clip: torch.nn.utils.clip_grad_norm_.
      const gradientNorm = await model.gradientNorm()
      if (!Number.isFinite(gradientNorm)) throw await diverged()
      const gradientScale = settings.max_grad_norm > 0 ? Math.min(1, settings.max_grad_norm / (gradientNorm + 1e-6)) : 1

      const learningRate = learningRateAt(trainer.global_step, plan.totalSteps, settings)
      await model.adamWStep({
        learningRate,
        beta1: settings.adam_beta1,
        beta2: settings.adam_beta2,
        epsilon: settings.adam_epsilon,
        weightDecay: settings.weight_decay,
        gradientScale,
      })

      trainer.global_step += 1
      trainer.epoch = epochAfter(plan, trainer.global_step)
      state.lossSinceLog += loss
      state.gradientNorm = gradientNorm
      state.learningRate = learningRate
      await reportProgress(loss, clock() - stepStarted, microBatches)
      await logEvaluateSave(dueAfterStep(trainer, settings))
    }

    state.finishedEpochs += 1
    await logEvaluateSave(dueAfterEpoch(settings))
  }

  // The last line of the log: the whole run.
  state.seconds = clock() - started
  countFlos(state)
  await log({
    ...speedMetrics('train', state.seconds, samplesSeen(), trainer.global_step),
    total_flos: trainer.total_flos,
    train_loss: (state.lossBeforeLog + state.lossSinceLog) / trainer.global_step,
  })
  if (settings.load_best_model_at_end && state.bestCheckpoint !== null)
    await model.loadWeights(recorder.checkpointWeights(state.bestCheckpoint))
  state.checkpoints = keptAtEnd(state.checkpoints, settings.save_total_limit, state.bestCheckpoint)
  await recorder.saveModel({ state, weights: model.weights() }, state.checkpoints)
  await recorder.record({ kind: 'end', reason: 'finished', step: trainer.global_step })
  return { reason: 'finished', state }

  async function logEvaluateSave(due: DueEvents): Promise<void> {
    if (due.log && trainer.global_step > state.lastLoggedStep) {
      const line = {
        loss: state.lossSinceLog / (trainer.global_step - state.lastLoggedStep),
        grad_norm: state.gradientNorm ?? 0,
        learning_rate: state.learningRate ?? 0,
      }
      state.lossBeforeLog += state.lossSinceLog
      state.lossSinceLog = 0
      state.lastLoggedStep = trainer.global_step
      countFlos(state)
      await log(line)
    }
    const isNewBest = due.evaluate && (await evaluateHeldOutRows())
    if (due.save || (isNewBest && settings.save_strategy === 'best')) await saveCheckpoint()
  }

  async function log(numbers: Record<string, number>): Promise<void> {
    const line = { ...numbers, epoch: trainer.epoch, step: trainer.global_step }
    trainer.log_history.push(line)
    await recorder.record({ kind: 'log', line })
  }

  /** @returns whether the model is better than at any evaluation before (Trainer._determine_best_metric) */
  async function evaluateHeldOutRows(): Promise<boolean> {
    const metrics = await evaluate(model, heldOutRows, settings, clock, (batch, batches) =>
      recorder.record({ kind: 'evaluating', batch, batches }),
    )
    const loss = metrics.eval_loss ?? NaN
    if (!Number.isFinite(loss)) throw await diverged()
    await log(metrics)
    if (settings.metric_for_best_model === null) return false
    const isBest =
      trainer.best_metric === null || (settings.greater_is_better ? loss > trainer.best_metric : loss < trainer.best_metric)
    if (!isBest) return false
    trainer.best_metric = loss
    if (settings.save_strategy !== 'no') trainer.best_global_step = trainer.global_step
    return true
  }

  async function saveCheckpoint(): Promise<void> {
    const saved = [...state.checkpoints.filter((step) => step !== trainer.global_step), trainer.global_step]
    const best = trainer.best_global_step
    if (best !== null && saved.includes(best)) state.bestCheckpoint = best
    state.checkpoints = keptWhileRunning(saved, settings.save_total_limit, state.bestCheckpoint)
    countFlos(state)
    await writeCheckpoint(state.checkpoints)
  }

  async function writeCheckpoint(keep: readonly number[]): Promise<void> {
    state.seconds = clock() - started
    await recorder.saveCheckpoint(
      {
        state: structuredClone(state),
        weights: model.weights(),
        optimizerState: model.optimizerState(),
        optimizerStepCount: model.stepCount,
      },
      keep,
    )
    await recorder.record({ kind: 'checkpoint', step: trainer.global_step })
  }

  /** A checkpoint beyond the schedule, which leaves no trace in the state: the resumed run is the one that was never stopped. */
  async function stop(): Promise<TrainingEnd> {
    if (trainer.global_step > 0 && !state.checkpoints.includes(trainer.global_step))
      await writeCheckpoint([...state.checkpoints, trainer.global_step])
    await recorder.record({ kind: 'end', reason: 'stopped', step: trainer.global_step })
    return { reason: 'stopped', state }
  }

  /** The weights that give no finite number are those behind the last step: a checkpoint of that step holds them as well. */
  async function diverged(): Promise<TuneDeskError> {
    if (trainer.global_step === 0) return new TuneDeskError('train/not-finite-at-start')
    const lastGood = await recorder.setCheckpointAside(trainer.global_step)
    const parameters = { step: trainer.global_step, learningRate: Number(state.learningRate?.toPrecision(3)) }
    return lastGood === undefined
      ? new TuneDeskError('train/diverged-without-checkpoint', parameters)
      : new TuneDeskError('train/diverged', { ...parameters, checkpoint: `checkpoint-${lastGood}` })
  }

  async function reportProgress(loss: number, seconds: number, microBatches: readonly TokenisedRow[][]): Promise<void> {
    secondsOfSteps.push(seconds)
    if (secondsOfSteps.length > STEPS_OF_PACE) secondsOfSteps.shift()
    const pace = secondsOfSteps.reduce((sum, value) => sum + value, 0) / secondsOfSteps.length
    const tokens = microBatches.flat().reduce((sum, { ids }) => sum + ids.length, 0)
    await recorder.record({
      kind: 'progress',
      step: trainer.global_step,
      maxSteps: plan.totalSteps,
      epoch: trainer.epoch,
      loss,
      tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
      secondsLeft: pace * (plan.totalSteps - trainer.global_step),
    })
  }

  /** As the Trainer counts them for train_samples_per_second (Trainer.set_initial_training_values): full batches where it goes by steps. */
  function samplesSeen(): number {
    const rowsOfStep = settings.per_device_train_batch_size * settings.gradient_accumulation_steps
    return settings.max_steps > 0 ? plan.totalSteps * rowsOfStep : rows.length * settings.num_train_epochs
  }
}

function rowAt(rows: readonly TokenisedRow[], index: number): TokenisedRow {
  const row = rows[index]
  if (row === undefined) throw new RangeError(`there is no row ${index}`)
  return row
}

/** Source: transformers 5.23, trainer.py, Trainer.floating_point_ops: of the padded batch, and without the table of embeddings. */
function floatingPointOperations({ parameterCount, config }: TrainableModel, microBatch: readonly TokenisedRow[]): number {
  const paddedTokens = microBatch.length * Math.max(...microBatch.map(({ ids }) => ids.length))
  return 6 * paddedTokens * (parameterCount - config.vocabularySize * config.hiddenSize)
}

/** Source: transformers 5.23, trainer.py, Trainer.store_flos. */
function countFlos(state: RunState): void {
  state.trainer.total_flos += state.uncountedFlos
  state.uncountedFlos = 0
}
