import { createSettings, type TrainingSettings } from '../../src-main/contract/trainingSettings.ts'
import type { TrainingEvent } from '../../src-main/engine/6-train/runRecorder.ts'
import type { LogLine } from '../../src-main/engine/6-train/runState.ts'
import type { TrainingRun } from '../../src-main/engine/6-train/train.ts'
import { createBigramModel } from './bigramModel.ts'
import { createMemoryRecorder } from './memoryRecorder.ts'
import { tokenisedRows } from './tokenisedRows.ts'

const still = () => 0

/** A run of the bigram model, written down in memory. Time stands still. */
export function memoryRun(given: Partial<TrainingSettings>, change: Partial<TrainingRun> = {}) {
  const recorder = createMemoryRecorder()
  const model = createBigramModel()
  const run: TrainingRun = {
    model,
    rows: tokenisedRows(7),
    heldOutRows: tokenisedRows(3),
    settings: createSettings({ per_device_train_batch_size: 2, learning_rate: 0.05, ...given }),
    recorder,
    clock: still,
    memory: still,
    ...change,
  }
  return { run, recorder, model }
}

export const logOf = (events: readonly TrainingEvent[]): LogLine[] =>
  events.flatMap((event) => (event.kind === 'log' ? [event.line] : []))
export const lines = (events: readonly TrainingEvent[], key: string) => logOf(events).filter((line) => key in line)
