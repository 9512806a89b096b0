import { createSettings, type TrainingSettings } from '../../src-main/contract/trainingSettings.ts'
import type { TrainingEvent } from '../../src-main/engine/6-train/runRecorder.ts'
import { train, type TrainingEnd } from '../../src-main/engine/6-train/train.ts'
import type { TrainableModel } from '../../src-main/engine/6-train/trainableModel.ts'
import { readWeights, restoreOptimizer } from '../../src-main/engine/7-record/checkpoint.ts'
import { createRun, openRunToResume, requireSameRows } from '../../src-main/engine/7-record/openRun.ts'
import { rowsFingerprint, type RunDescription } from '../../src-main/engine/7-record/runDescription.ts'
import { openRunRecorder } from '../../src-main/engine/7-record/runRecorder.ts'
import type { FileSystem } from '../../src-main/files/fileSystem.ts'
import { bigramConfig, createBigramModel } from './bigramModel.ts'
import { tokenisedRows } from './tokenisedRows.ts'

const ROWS = tokenisedRows(7)
const HELD_OUT_ROWS = tokenisedRows(3)

function bigramDescription(settings: Partial<TrainingSettings>): RunDescription {
  return {
    settings: createSettings({ per_device_train_batch_size: 2, learning_rate: 0.05, num_train_epochs: 3, ...settings }),
    rows: ROWS.map(({ row }) => ({ instruct: 'say ', input: String(row), label: `“${row}”` })),
    heldOutRows: HELD_OUT_ROWS.map(({ row }) => ({ instruct: 'hold ', input: '', label: String(row) })),
    baseModel: { name: 'bigram', folder: '/models/bigram', license: 'mit' },
    rowsFingerprint: rowsFingerprint(ROWS, HELD_OUT_ROWS),
    modelFiles: [
      { name: 'config.json', content: `${JSON.stringify(BIGRAM_JSON, null, 2)}\n` },
      { name: 'tokenizer.json', content: '{}\n' },
    ],
  }
}

export interface Recording {
  signal?: AbortSignal
  onEvent?: (event: TrainingEvent) => void
  change?: (model: TrainableModel) => void
  fileSystem?: FileSystem
}

/** As a service begins a run. */
export async function beginRun(
  folder: string,
  settings: Partial<TrainingSettings>,
  recording: Recording = {},
): Promise<TrainingEnd> {
  const description = bigramDescription(settings)
  await createRun(folder, description)
  return record(folder, description, createBigramModel(), undefined, recording)
}

/** As a service resumes one. */
export async function resumeRun(folder: string, recording: Recording = {}): Promise<TrainingEnd> {
  const run = await openRunToResume(folder)
  requireSameRows(run, ROWS, HELD_OUT_ROWS)
  const model = createBigramModel()
  if (run.checkpoint) {
    await model.loadWeights(readWeights(run.checkpoint.folder))
    await restoreOptimizer(model, run.checkpoint)
  }
  return record(folder, run.description, model, run.checkpoint?.state, recording)
}

async function record(
  folder: string,
  description: RunDescription,
  model: TrainableModel,
  state: TrainingEnd['state'] | undefined,
  { signal, onEvent, change, fileSystem }: Recording,
): Promise<TrainingEnd> {
  change?.(model)
  const recorder = await openRunRecorder(folder, description, bigramConfig(), state, (event) => onEvent?.(event), fileSystem)
  try {
    return await train({
      model,
      rows: ROWS,
      heldOutRows: HELD_OUT_ROWS,
      settings: description.settings,
      recorder,
      clock: () => 0,
      memory: () => 0,
      ...(state ? { state } : {}),
      ...(signal ? { signal } : {}),
    })
  } finally {
    await recorder.close()
  }
}

const BIGRAM_JSON = {
  model_type: 'llama',
  vocab_size: 12,
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  intermediate_size: 4,
  max_position_embeddings: 64,
}
