import { IGNORE_INDEX, type TokenisedRow } from '../engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../engine/3-batches/packBatch.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { createOrtExecutor } from '../engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../engine/6-train/decoder.ts'
import type { TrainableModel } from '../engine/6-train/trainableModel.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { beginTraining } from './beginTraining.ts'
import type { TrainingPace } from './trainingPace.ts'
import { batchOperations, type BatchShape } from './trainingCost.ts'

/** The first pass touches all memory for the first time and is not counted; a slow one is not carried out often. */
const SECONDS_FOR_REPEATS = 6
const MOST_REPEATS = 3

/** A small batch says how much of a pass is not operations, unless it is about as large as the largest. */
const SMALL_SHARE = 0.5

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
  { smallest, largest, recomputes }: { smallest: BatchShape; largest: BatchShape; recomputes: boolean },
  signal: AbortSignal,
): Promise<{ pace: TrainingPace; peakMemory: number } | null> {
  const begun = await beginTraining(config, settings, folder, null)
  const model = await createDecoder(begun.config, await createOrtExecutor(), begun.weights, begun.partial)
  model.recomputesActivations = recomputes
  let peakMemory = 0
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now()
    await work()
    peakMemory = Math.max(peakMemory, process.memoryUsage.rss())
    return (performance.now() - started) / 1000
  }
  const isWholeStep = settings.gradient_accumulation_steps === 1
  const pass = (shape: BatchShape): Promise<number> => {
    model.discardGradients()
    return seconds(() => model.accumulateGradients(packBatch(madeUpRows(config, shape)), 1, isWholeStep))
  }
  const isEnded = (): boolean => signal.aborted
  try {
    await pass(largest)
    if (isEnded()) return null
    await seconds(() => optimize(model, settings))
    const passes: number[] = []
    const steps: number[] = []
    const until = performance.now() + SECONDS_FOR_REPEATS * 1000
    do {
      passes.push(await pass(largest))
      steps.push(await seconds(() => optimize(model, settings)))
    } while (passes.length < MOST_REPEATS && performance.now() < until && !isEnded())
    if (isEnded()) return null
    const [most, few] = [batchOperations(config, largest), batchOperations(config, smallest)]
    const small = few < SMALL_SHARE * most ? Math.min(await pass(smallest), await pass(smallest)) : null
    const line = (secondsOfLargest: number) => (operations: number) => {
      if (small === null) return (secondsOfLargest * operations) / most
      const slope = Math.max(0, (secondsOfLargest - small) / (most - few))
      return Math.max(0, small - slope * few) + slope * operations
    }
    const [quick, slow] = [line(Math.min(...passes)), line(Math.max(...passes))]
    return {
      pace: {
        batch: (operations) => ({ low: quick(operations), high: slow(operations) }),
        step: { low: Math.min(...steps), high: Math.max(...steps) },
      },
      peakMemory,
    }
  } finally {
    await model.dispose()
  }
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
