import type { TrainingSettings } from '../contract/trainingSettings.ts'
import type { TokenisedRow } from '../engine/2-tokens/tokenisedRow.ts'
import { trainedTokens } from '../engine/3-batches/trainedTokens.ts'
import { trainingSequences } from '../engine/3-batches/trainingSequences.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { fitMemory, memoryForTraining, type MemoryRoom } from './fitMemory.ts'
import type { TokenisedRows } from './tokeniseAll.ts'
import type { RowSize, RowSizes } from './trainingMemory.ts'

/**
 * How a training fits into the memory that there is, before it takes any of it.
 * @param signal where it says that nothing more is trained, a lack of memory must not keep what was trained from being saved
 * @throws TuneDeskError as fitMemory
 */
export async function roomFor(
  config: ModelConfig,
  settings: TrainingSettings,
  { rows, heldOutRows }: TokenisedRows,
  signal?: AbortSignal,
): Promise<MemoryRoom> {
  const sequences = trainingSequences(
    rows.map(({ ids }) => ids.length),
    settings,
  )
  const sizeOf = (together: readonly TokenisedRow[]): RowSize => ({
    tokens: together.reduce((sum, { ids }) => sum + ids.length, 0),
    supervised: trainedTokens(together),
  })
  const sizes: RowSizes = {
    learnedFrom: sequences.map((indices) => sizeOf(indices.flatMap((index) => rows[index] ?? []))),
    heldOut: settings.eval_strategy === 'no' ? [] : heldOutRows.map((row) => sizeOf([row])),
  }
  const limit = await memoryForTraining()
  const allowed = signal?.aborted ? { ...limit, available: Infinity } : limit
  return { rows: sizes, limit, fitted: fitMemory(config, settings, sizes, allowed) }
}
