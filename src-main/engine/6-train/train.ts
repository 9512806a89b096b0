import { TuneDeskError } from '../../contract/error.ts'
import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { packBatch } from '../3-batches/packBatch.ts'
import { stepsOfEpoch } from '../3-batches/stepsOfEpoch.ts'
import { trainedTokens } from '../3-batches/trainedTokens.ts'
import { epochAfter, trainingPlan } from '../3-batches/trainingPlan.ts'
import { trainingSequences } from '../3-batches/trainingSequences.ts'
import { checkRows } from './checkRows.ts'
import { dueAfterEpoch, dueAfterStep, type DueEvents } from './dueEvents.ts'
import { evaluate } from './evaluate.ts'
import type { Examination } from './examination.ts'
import { keptAtEnd, keptWhileRunning } from './keptCheckpoints.ts'
import type { RunRecorder } from './runRecorder.ts'
import { hasStepInEpoch, initialRunState, isAtEpochStart, type RunState } from './runState.ts'
import { createSaveClock } from './saveClock.ts'
import { learningRateAt } from './schedule.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import { AS_PLANNED, memoryWarnings, partsOf, type StepMemory } from './stepMemory.ts'
import { speedMetrics } from './speedMetrics.ts'
import type { TrainableModel } from './trainableModel.ts'

/** The pace shown is that of the last few optimizer steps. */
const STEPS_OF_PACE = 20

/** Of a step: all that it took, and how much of that no later step takes for the same rows. */
interface StepSeconds {
  all: number
  once: number
}

/** ln 2: above it the tokens of the answers have a probability of less than a half on average, and asking for whole answers is in vain. */
const MEAN_LOSS_OF_A_PASS = Math.LN2

export interface TrainingRun {
  model: TrainableModel
  rows: readonly TokenisedRow[]
  /** Never trained on; only evaluated, where `eval_strategy` says so. */
  heldOutRows: readonly TokenisedRow[]
  settings: TrainingSettings
  recorder: RunRecorder
  /** Seconds since any moment; never goes back. */
  clock: () => number
  /** Bytes of memory that the process holds now. */
  memory: () => number
  /** What is logged of memory beside the run's totals, under the Trainer's names. */
  memoryMetrics?: () => Record<string, number>
  /** How its steps fit into memory; as planned, unless given. A model that recomputes already does. */
  stepMemory?: StepMemory
  /** Where to go on; the model then already has that moment's weights and optimizer state. */
  state?: RunState
  /**
   * Ends the run before its next optimizer step: for the reason 'keep' as at its end (its model is saved; one step at least is taken), for
   * 'discard' with nothing saved, for any other with a checkpoint to resume from.
   */
  signal?: AbortSignal
  /** Asks the model as it is; needed where the settings want answers at an epoch's end. */
  examination?: Examination
  /** Checkpoints beyond the schedule as well, as many as take a small share of the time. They leave no trace in the run. */
  savesBetween?: boolean
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
  const { model, rows, heldOutRows, settings, recorder, clock, memory } = run
  const sequences = trainingSequences(
    rows.map(({ ids }) => ids.length),
    settings,
  )
  const plan = trainingPlan(sequences.length, settings)
  const stepMemory = run.stepMemory ?? AS_PLANNED
  const warnings = [...checkRows(rows, heldOutRows, settings), ...memoryWarnings(stepMemory, settings)]
  const state = structuredClone(run.state ?? initialRunState(plan, settings))
  state.stepMemory = stepMemory
  const { trainer } = state
  const started = clock() - state.seconds
  // Dropout leaves out other elements in each row, also where rows are alike.
  const shareBeginnings = settings.method === 'full' || settings.lora_dropout === 0
  const saveClock = createSaveClock(clock, model.checkpointBytes(settings.optim))
  let pace: StepSeconds[] = []

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
    const steps = stepsOfEpoch(sequences, settings, state.finishedEpochs)
    // The steps that come do not compute again what was computed once.
    pace = pace.map(({ all, once }) => ({ all: all - once, once: 0 }))

    while (state.endedBy === null && hasStepInEpoch(state, plan)) {
      if (run.signal?.aborted) {
        if (run.signal.reason !== 'keep') return stop()
        if (trainer.global_step > 0) {
          state.endedBy = 'keep'
          break
        }
      }
      const stepStarted = clock()
      const onceBefore = model.secondsOnce
      const step = steps[trainer.global_step - state.finishedEpochs * plan.stepsPerEpoch] ?? []

      // Forward and backward. The loss is the mean over the trained tokens of the whole step, however they fall into micro-batches.
      const microBatches = step.map((indices) => indices.map((index) => rowAt(rows, index)))
      const scale = 1 / trainedTokens(microBatches.flat())
      let loss = 0
      const parts = microBatches.flatMap((microBatch) => partsOf(microBatch, stepMemory))
      for (const part of parts)
        loss += (await model.accumulateGradients(packBatch(part, { shareBeginnings }), scale, parts.length === 1)) * scale
      for (const microBatch of microBatches) state.uncountedFlos += floatingPointOperations(model, microBatch, settings)
      if (!Number.isFinite(loss)) throw await diverged()

      // Clip: torch.nn.utils.clip_grad_norm_.
      const gradientNorm = await model.gradientNorm()
      if (!Number.isFinite(gradientNorm)) throw await diverged()
      const gradientScale = settings.max_grad_norm > 0 ? Math.min(1, settings.max_grad_norm / (gradientNorm + 1e-6)) : 1

      const learningRate = learningRateAt(trainer.global_step, plan.totalSteps, settings)
      await model.optimizerStep({
        optim: settings.optim,
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
      state.lossOfEpoch += loss
      state.gradientNorm = gradientNorm
      state.learningRate = learningRate
      const seconds = { all: clock() - stepStarted, once: model.secondsOnce - onceBefore }
      await reportProgress(loss, { gradientNorm, learningRate }, seconds, microBatches)
      const due = dueAfterStep(trainer, settings)
      await saveWhereDue(due, await logAndEvaluate(due))
      if (run.savesBetween && saveClock.isDue()) await saveBetween()
    }

    // Ended right behind an epoch's end, which is done already.
    if (state.endedBy !== null && isAtEpochStart(state, plan)) break
    const stepsOfThisEpoch = trainer.global_step - state.finishedEpochs * plan.stepsPerEpoch
    state.finishedEpochs += 1
    const due = dueAfterEpoch(settings)
    const isNewBest = await logAndEvaluate(due)
    await examine(state.lossOfEpoch / stepsOfThisEpoch)
    state.lossOfEpoch = 0
    await saveWhereDue(due, isNewBest)
  }

  // The last line of the log: the whole run.
  state.seconds = clock() - started
  countFlos(state)
  await log({
    ...speedMetrics('train', state.seconds, samplesSeen(), trainer.global_step),
    total_flos: trainer.total_flos,
    train_loss: (state.lossBeforeLog + state.lossSinceLog) / trainer.global_step,
    ...run.memoryMetrics?.(),
  })
  if (settings.load_best_model_at_end && state.bestCheckpoint !== null)
    await model.loadWeights(recorder.checkpointWeights(state.bestCheckpoint))
  state.checkpoints = keptAtEnd(state.checkpoints, settings.save_total_limit, state.bestCheckpoint)
  await recorder.saveModel({ state, weights: model.weights() }, state.checkpoints)
  await recorder.record({ kind: 'end', reason: 'finished', step: trainer.global_step })
  return { reason: 'finished', state }

  /** @returns whether the model is the best so far */
  async function logAndEvaluate(due: DueEvents): Promise<boolean> {
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
    return due.evaluate && (await evaluateHeldOutRows())
  }

  async function saveWhereDue({ save }: DueEvents, isNewBest: boolean): Promise<void> {
    if (save || (isNewBest && settings.save_strategy === 'best')) await saveCheckpoint()
  }

  /** What is asked at an epoch's end, before its checkpoint: what is found out there must be part of it. */
  async function examine(meanLoss: number): Promise<void> {
    if (settings.sample_each_epoch) {
      const sample = await examination().sample()
      await recorder.record({ kind: 'sample', epoch: trainer.epoch, step: trainer.global_step, ...sample })
    }
    const isOpen = state.endedBy === null && trainer.global_step < plan.totalSteps
    if (settings.stop_when_test_passes && isOpen && meanLoss < MEAN_LOSS_OF_A_PASS && (await examination().passes()))
      state.endedBy = 'test-passed'
  }

  function examination(): Examination {
    if (!run.examination) throw new Error('there is nobody to ask the model')
    return run.examination
  }

  async function log(numbers: Record<string, number>): Promise<void> {
    const line = { ...numbers, epoch: trainer.epoch, step: trainer.global_step }
    trainer.log_history.push(line)
    await recorder.record({ kind: 'log', line })
  }

  /** @returns whether the model is better than at any evaluation before (Trainer._determine_best_metric) */
  async function evaluateHeldOutRows(): Promise<boolean> {
    const metrics = await evaluate(model, heldOutRows, settings, stepMemory, clock, (batch, batches) =>
      recorder.record({ kind: 'evaluating', batch, batches }),
    )
    const loss = metrics.eval_loss ?? NaN
    if (!Number.isFinite(loss)) throw await diverged()
    await log(metrics)
    stopEarly(loss)
    if (settings.metric_for_best_model === null) return false
    const isBest =
      trainer.best_metric === null || (settings.greater_is_better ? loss > trainer.best_metric : loss < trainer.best_metric)
    if (!isBest) return false
    trainer.best_metric = loss
    if (settings.save_strategy !== 'no') trainer.best_global_step = trainer.global_step
    return true
  }

  /** Source: transformers 5.23, trainer_callback.py, EarlyStoppingCallback.on_evaluate and check_metric_value. */
  function stopEarly(loss: number): void {
    const { early_stopping_patience: patience, early_stopping_threshold: threshold } = settings
    if (patience === null) return
    const best = trainer.best_metric
    const isBetter = best === null || (settings.greater_is_better ? loss > best : loss < best)
    const isEnough = isBetter && (best === null || Math.abs(loss - best) > threshold)
    state.evaluationsWithoutGain = isEnough ? 0 : state.evaluationsWithoutGain + 1
    if (state.evaluationsWithoutGain >= patience) state.endedBy ??= 'early-stopping'
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
    saveClock.begin()
    await recorder.saveCheckpoint(
      {
        state: structuredClone(state),
        weights: model.weights(),
        optimizerState: model.optimizerState(),
        optimizerStepCount: model.stepCount,
      },
      keep,
    )
    saveClock.saved()
    await recorder.record({ kind: 'checkpoint', step: trainer.global_step })
  }

  /** A checkpoint beyond the schedule, which leaves no trace in the state: the resumed run is the one that was never stopped. */
  async function saveBetween(): Promise<void> {
    if (trainer.global_step > 0 && !state.checkpoints.includes(trainer.global_step))
      await writeCheckpoint([...state.checkpoints, trainer.global_step])
  }

  async function stop(): Promise<TrainingEnd> {
    if (run.signal?.reason !== 'discard') await saveBetween()
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

  async function reportProgress(
    loss: number,
    how: { gradientNorm: number; learningRate: number },
    seconds: StepSeconds,
    microBatches: readonly TokenisedRow[][],
  ): Promise<void> {
    pace = [...pace, seconds].slice(-STEPS_OF_PACE)
    const mean = (secondsOf: (step: StepSeconds) => number): number =>
      pace.reduce((sum, step) => sum + secondsOf(step), 0) / pace.length
    const epochEnd = Math.min(plan.totalSteps, (state.finishedEpochs + 1) * plan.stepsPerEpoch)
    const tokens = microBatches.flat().reduce((sum, { ids }) => sum + ids.length, 0)
    await recorder.record({
      kind: 'progress',
      step: trainer.global_step,
      maxSteps: plan.totalSteps,
      epoch: trainer.epoch,
      loss,
      ...how,
      tokensPerSecond: seconds.all > 0 ? tokens / seconds.all : 0,
      memory: memory(),
      seconds: clock() - started,
      secondsLeft:
        mean(({ all }) => all) * (epochEnd - trainer.global_step) +
        mean(({ all, once }) => all - once) * (plan.totalSteps - epochEnd),
    })
  }

  /**
   * As the Trainer counts them for train_samples_per_second: full batches where it goes by steps (Trainer.set_initial_training_values), and of a
   * run that ended early its share (Trainer._finalize_training).
   */
  function samplesSeen(): number {
    const sequencesOfStep = settings.per_device_train_batch_size * settings.gradient_accumulation_steps
    const planned = settings.max_steps > 0 ? plan.totalSteps * sequencesOfStep : sequences.length * settings.num_train_epochs
    return (planned * trainer.global_step) / plan.totalSteps
  }
}

function rowAt(rows: readonly TokenisedRow[], index: number): TokenisedRow {
  const row = rows[index]
  if (row === undefined) throw new RangeError(`there is no row ${index}`)
  return row
}

/**
 * Of the batch as the Trainer's model would get it, padded or packed, and without the table of embeddings.
 * Source: transformers 5.23, trainer.py, Trainer.floating_point_ops.
 */
function floatingPointOperations(
  { parameterCount, config }: TrainableModel,
  microBatch: readonly TokenisedRow[],
  { packing }: TrainingSettings,
): number {
  const lengths = microBatch.map(({ ids }) => ids.length)
  const tokens = packing ? lengths.reduce((sum, length) => sum + length, 0) : lengths.length * Math.max(...lengths)
  return 6 * tokens * (parameterCount - config.vocabularySize * config.hiddenSize)
}

/** Source: transformers 5.23, trainer.py, Trainer.store_flos. */
function countFlos(state: RunState): void {
  state.trainer.total_flos += state.uncountedFlos
  state.uncountedFlos = 0
}
