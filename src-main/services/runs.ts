import { basename, resolve } from 'node:path'
import { readModelFolder, type ModelFolder } from '../files/modelFolder.ts'
import { openTokenizer, type Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import type { TokenisedRow } from '../engine/2-tokens/tokenisedRow.ts'
import { trainingPlan } from '../engine/3-batches/trainingPlan.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../engine/6-train/decoder.ts'
import { growVocabulary, withVocabularyOf } from '../engine/6-train/growVocabulary.ts'
import type { TrainingEvent } from '../engine/6-train/runRecorder.ts'
import type { TrainingSettings } from '../engine/6-train/settings.ts'
import { train, type TrainingEnd } from '../engine/6-train/train.ts'
import type { NamedTensor } from '../engine/6-train/trainableModel.ts'
import { readWeights, restoreOptimizer, type Checkpoint } from '../engine/7-record/checkpoint.ts'
import { trainedModelFiles } from '../engine/7-record/modelFiles.ts'
import { createRun, openRunToResume, requireSameRows } from '../engine/7-record/openRun.ts'
import { rowsFingerprint, type RunDescription } from '../engine/7-record/runDescription.ts'
import { openRunRecorder } from '../engine/7-record/runRecorder.ts'
import { tokenise } from './check.ts'
import type { NumberedRow, OpenedDataset } from './dataset.ts'
import { parameterCountOf } from './models.ts'
import { requireMemory, requireRunRoom, trainingMemoryBytes } from './requirements.ts'
import { prepareRequest, type TrainingRequest } from './trainingRequest.ts'

/** What whoever asked for a run is told while it goes. */
export interface RunHooks {
  /** Before the first step: what the run is. */
  onBegin?: (run: RunBeginning) => void
  /** The run goes on when it has been heard. */
  onEvent?: (event: TrainingEvent) => void | Promise<void>
  /** Stops the run at the next step boundary, with a checkpoint to resume from. */
  signal?: AbortSignal
}

export interface RunBeginning {
  folder: string
  modelName: string
  parameterCount: number
  rows: number
  heldOutRows: number
  settings: TrainingSettings
  findings: OpenedDataset['findings'] | null
  /** Checkpoints that could not be gone on from, such as `checkpoint-12`. */
  damaged: string[]
  /** Bytes that training takes at least, and that are free now: with less it goes on, slowly, on the disk's swap, or ends. */
  memory: { needed: number; available: number }
}

export interface RunResult extends TrainingEnd {
  folder: string
}

/**
 * Trains a model on rows, from a request to a finished run folder.
 * @throws TuneDeskError whatever is wrong with the request, the rows, the model or the folder, before anything is written; then what training throws
 */
export async function startRun(request: TrainingRequest, hooks: RunHooks = {}): Promise<RunResult> {
  const { model, output, settings, rows, heldOutRows, findings } = await prepareRequest(request)
  const folder = resolve(output)
  const base = await readModelFolder(model)
  const tokenizer = await openTokenizer(model)
  try {
    const config = withVocabularyOf(parseConfig(base.config), tokenizer)
    const tokenised = await tokeniseAll(tokenizer, rows, heldOutRows, settings)
    const parameterCount = parameterCountOf(config)
    requireMemory(parameterCount)
    await requireRunRoom(folder, parameterCount, settings, trainingPlan(rows.length, settings))
    const description = await describe(base, model, config, tokenizer, { settings, rows, heldOutRows }, tokenised)
    await createRun(folder, description)
    hooks.onBegin?.({ ...beginning(folder, description, parameterCount), findings, damaged: [] })
    return await runFrom(
      { folder, description, config, tokenised, weights: growVocabulary(readWeights(model), config), checkpoint: null },
      hooks,
    )
  } finally {
    await tokenizer.close()
  }
}

/**
 * Goes on with a run that was stopped or cut off, from its newest whole checkpoint, or from its beginning where there is none.
 * @throws TuneDeskError runs/not-a-run, runs/finished, runs/rows-changed, …; then what training throws
 */
export async function resumeRun(folder: string, hooks: RunHooks = {}): Promise<RunResult> {
  const run = await openRunToResume(resolve(folder))
  const { description, checkpoint, weightsFolder, damaged } = run
  const tokenizer = await openTokenizer(run.folder)
  try {
    const config = parseConfig((await readModelFolder(run.folder)).config)
    const numbered = (list: RunDescription['rows']): NumberedRow[] => list.map((row, index) => ({ row, index }))
    const tokenised = await tokeniseAll(
      tokenizer,
      numbered(description.rows),
      numbered(description.heldOutRows),
      description.settings,
    )
    requireSameRows(run, tokenised.rows, tokenised.heldOutRows)
    const parameterCount = parameterCountOf(config)
    requireMemory(parameterCount)
    hooks.onBegin?.({ ...beginning(run.folder, description, parameterCount), findings: null, damaged })
    const weights = growVocabulary(readWeights(weightsFolder), config)
    return await runFrom({ folder: run.folder, description, config, tokenised, weights, checkpoint }, hooks)
  } finally {
    await tokenizer.close()
  }
}

interface TokenisedRows {
  rows: TokenisedRow[]
  heldOutRows: TokenisedRow[]
}

async function tokeniseAll(
  tokenizer: Tokenizer,
  rows: readonly NumberedRow[],
  heldOutRows: readonly NumberedRow[],
  settings: TrainingSettings,
): Promise<TokenisedRows> {
  return { rows: await tokenise(tokenizer, rows, settings), heldOutRows: await tokenise(tokenizer, heldOutRows, settings) }
}

async function describe(
  base: ModelFolder,
  folder: string,
  config: ModelConfig,
  tokenizer: Tokenizer,
  { settings, rows, heldOutRows }: { settings: TrainingSettings; rows: NumberedRow[]; heldOutRows: NumberedRow[] },
  tokenised: TokenisedRows,
): Promise<RunDescription> {
  return {
    settings,
    rows: rows.map(({ row }) => row),
    heldOutRows: heldOutRows.map(({ row }) => row),
    baseModel: { name: basename(resolve(folder)), folder: resolve(folder), license: base.license },
    rowsFingerprint: rowsFingerprint(tokenised.rows, tokenised.heldOutRows),
    modelFiles: await trainedModelFiles({ ...base, folder }, config, tokenizer),
  }
}

const beginning = (folder: string, { settings, rows, heldOutRows, baseModel }: RunDescription, parameterCount: number) => ({
  folder,
  modelName: baseModel.name,
  parameterCount,
  rows: rows.length,
  heldOutRows: heldOutRows.length,
  settings,
  memory: { needed: trainingMemoryBytes(parameterCount), available: process.availableMemory() },
})

interface RunStart {
  folder: string
  description: RunDescription
  config: ModelConfig
  tokenised: TokenisedRows
  weights: AsyncIterable<NamedTensor>
  checkpoint: Checkpoint | null
}

async function runFrom(start: RunStart, { onEvent, signal }: RunHooks): Promise<RunResult> {
  const { folder, description, config, tokenised, weights, checkpoint } = start
  const executor = await createOrtExecutor()
  const model = await createDecoder(config, executor, weights)
  const recorder = await openRunRecorder(folder, description, config, checkpoint?.state, () => undefined)
  try {
    if (checkpoint) await restoreOptimizer(model, checkpoint)
    const end = await train({
      model,
      ...tokenised,
      settings: description.settings,
      recorder: {
        ...recorder,
        async record(event) {
          await recorder.record(event)
          await onEvent?.(event)
        },
      },
      clock: () => performance.now() / 1000,
      ...(checkpoint ? { state: checkpoint.state } : {}),
      ...(signal ? { signal } : {}),
    })
    return { ...end, folder }
  } finally {
    await recorder.close()
    await model.dispose()
  }
}
