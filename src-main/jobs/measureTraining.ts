import { IGNORE_INDEX, type TokenisedRow } from '../engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../engine/3-batches/packBatch.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { createOrtExecutor } from '../engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../engine/6-train/decoder.ts'
import { createFrozenOutputs } from '../engine/6-train/frozenOutputs.ts'
import type { TrainableModel } from '../engine/6-train/trainableModel.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { beginTraining } from './beginTraining.ts'
import { heldMemory } from './heldMemory.ts'
import { layersOfPass, type KeptOutputs } from './keptOutputs.ts'
import { batchOperations, type BatchShape } from './trainingCost.ts'
import type { PaceOfEpochs, TrainingPace } from './trainingPace.ts'

/** The first pass touches all memory for the first time and is not counted; a slow one is not carried out often. */
const SECONDS_FOR_REPEATS = 6
const MOST_REPEATS = 3

/** A small batch says how much of a pass is not operations, unless it is about as large as the largest. */
const SMALL_SHARE = 0.5

interface Measured {
  smallest: BatchShape
  largest: BatchShape
  recomputes: boolean
  kept: KeptOutputs
}

/** Seconds of a pass whose rows are met for the first time, and how long it would take were they met again. */
type PassSeconds = Record<keyof PaceOfEpochs, number>

/** A batch's outputs of frozen layers are kept in memory, however many those are. */
const ROOM_OF_A_BATCH = { memory: Infinity, disk: 0 }

/**
 * Trains a model, which is then thrown away, on a batch as large as the largest of the plan, and on a small one. The tokens are made up: time and
 * memory depend on how many there are.
 * @param signal ends it after the pass that is going on
 * @returns null where it was ended
 * @throws TuneDeskError of the model's files
 */
export async function measureTraining(
  folder: string,
  config: ModelConfig,
  settings: TrainingSettings,
  { smallest, largest, recomputes, kept }: Measured,
  signal: AbortSignal,
): Promise<{ pace: PaceOfEpochs; peakMemory: number } | null> {
  const begun = await beginTraining(config, settings, folder, null)
  const model = await createDecoder(begun.config, await createOrtExecutor(), begun.weights, begun.partial)
  model.recomputesActivations = recomputes
  let peakMemory = 0
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    await work()
    peakMemory = Math.max(peakMemory, heldMemory())
    return (performance.now() - started) / 1000
  }
  const isWholeStep = settings.gradient_accumulation_steps === 1
  const clock = (): number => performance.now() / 1000
  const pass = async (shape: BatchShape): Promise<PassSeconds> => {
    const outputs = createFrozenOutputs({ precision: 'float32', room: ROOM_OF_A_BATCH, path: '', clock })
    if (kept.training) model.frozenOutputs.training = outputs
    model.discardGradients()
    const first = await seconds(() => model.accumulateGradients(packBatch(madeUpRows(config, shape)), 1, isWholeStep))
    return { first, later: first - outputs.secondsOnce }
  }
  const isEnded = (): boolean => signal.aborted
  try {
    await pass(largest)
    if (isEnded()) return null
    await seconds(() => optimize(model, settings))
    const passes: PassSeconds[] = []
    const steps: number[] = []
    const until = performance.now() + SECONDS_FOR_REPEATS * 1000
    do {
      passes.push(await pass(largest))
      steps.push(await seconds(() => optimize(model, settings)))
    } while (passes.length < MOST_REPEATS && performance.now() < until && !isEnded())
    if (isEnded()) return null
    const small = isMuchSmaller(config, smallest, largest) ? [await pass(smallest), await pass(smallest)] : null
    const step = { low: Math.min(...steps), high: Math.max(...steps) }
    const paceOf = (epoch: keyof PaceOfEpochs): TrainingPace => {
      const layers = layersOfPass(config, kept)[epoch]
      const [most, few] = [batchOperations(config, largest, layers), batchOperations(config, smallest, layers)]
      const secondsOf = (each: readonly PassSeconds[]): number[] => each.map((found) => found[epoch])
      const line = (secondsOfLargest: number) => (operations: number) => {
        if (small === null) return (secondsOfLargest * operations) / most
        const secondsOfSmallest = Math.min(...secondsOf(small))
        const slope = Math.max(0, (secondsOfLargest - secondsOfSmallest) / (most - few))
        return Math.max(0, secondsOfSmallest - slope * few) + slope * operations
      }
      const [quick, slow] = [line(Math.min(...secondsOf(passes))), line(Math.max(...secondsOf(passes)))]
      return { batch: (operations) => ({ low: quick(operations), high: slow(operations) }), step }
    }
    return {
      pace: { first: paceOf('first'), later: paceOf('later') },
      peakMemory,
    }
  } finally {
    await model.dispose()
  }
}

function isMuchSmaller(config: ModelConfig, smallest: BatchShape, largest: BatchShape): boolean {
  const all = { back: config.layerCount, forward: 0 }
  return batchOperations(config, smallest, all) < SMALL_SHARE * batchOperations(config, largest, all)
}

/** A step of its optimizer that changes nothing. */
async function optimize(model: TrainableModel, { optim }: TrainingSettings): Promise<void> {
  await model.gradientNorm()
  await model.optimizerStep({
    optim,
    learningRate: 0,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    gradientScale: 1,
  })
}

/** Rows of such lengths; their last tokens teach, as many as the shape says. */
export function madeUpRows({ vocabularySize }: ModelConfig, { lengths, supervised }: BatchShape): TokenisedRow[] {
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  return lengths.map((length, row) => {
    const ids = Array.from({ length }, (_, i) => (i * 7 + row) % vocabularySize)
    const taught = Math.max(1, Math.min(length - 1, Math.round((supervised * length) / Math.max(1, tokens))))
    const labels = ids.map((id, i) => (i >= length - taught ? id : IGNORE_INDEX))
    return { row, ids, labels, reasons: [], cutOff: [], warnings: [] }
  })
}
