import { basename, resolve } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { readModelConfig, readModelFolder, type ModelFolder } from '../files/modelFolder.ts'
import { weightsFingerprint } from '../files/weightsFingerprint.ts'
import { openTokenizer, type Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { trainingPlan, type TrainingPlan } from '../engine/3-batches/trainingPlan.ts'
import { trainingSequences } from '../engine/3-batches/trainingSequences.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { partsToTrain } from '../engine/4-graph/partsToTrain.ts'
import { trainsAll } from '../engine/4-graph/trainedParts.ts'
import { createOrtExecutor } from '../engine/5-exec/ortExecutor.ts'
import { isOutOfMemory } from '../engine/5-exec/outOfMemory.ts'
import { createDecoder } from '../engine/6-train/decoder.ts'
import { withVocabularyOf } from '../engine/6-train/growVocabulary.ts'
import type { TrainingEvent } from '../engine/6-train/runRecorder.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { train, type TrainingEnd } from '../engine/6-train/train.ts'
import { restoreOptimizer, type Checkpoint } from '../engine/7-record/checkpoint.ts'
import { trainedModelFiles } from '../engine/7-record/modelFiles.ts'
import {
  createRun,
  openRunToResume,
  requireNewRunFolder,
  requireSameBaseModel,
  requireSameRows,
} from '../engine/7-record/openRun.ts'
import { rowsFingerprint, type RunDescription } from '../engine/7-record/runDescription.ts'
import { openRunRecorder, type FolderRecorder } from '../engine/7-record/runRecorder.ts'
import { beginTraining, type TrainingBeginning } from './beginTraining.ts'
import { createExamination } from './examination.ts'
import type { NumberedRow, OpenedDataset } from './dataset.ts'
import { numberedRows } from './numberedRows.ts'
import { holdingRun } from './holdingRun.ts'
import { parameterCountOf } from './model.ts'
import { folderBytes } from '../files/folderBytes.ts'
import type { MemoryRoom } from './fitMemory.ts'
import { createMemoryMeter } from './memoryMeter.ts'
import { probeMemory } from './probeMemory.ts'
import { openFrozenOutputs, outputsToKeep, type OutputsToKeep } from './keptOutputs.ts'
import { hasRoomBetween, requireRunRoom } from './requirements.ts'
import { roomFor } from './roomFor.ts'
import { tokeniseAll, type TokenisedRows, type TokenisingHooks } from './tokeniseAll.ts'
import { savedBytes } from './trainingMemory.ts'
import { prepareRequest, type TrainingRequest } from './trainingRequest.ts'

/** What whoever asked for a run is told while it goes. */
export interface RunHooks extends TokenisingHooks {
  /** Before the first step, when the run has its folder and its model is loaded: what the run is. */
  onBegin?: (run: RunBeginning) => void
  /** The run goes on when it has been heard. */
  onEvent?: (event: TrainingEvent) => void | Promise<void>
  /** Ends the run at the next step boundary as its reason says: 'keep', 'discard', or else with a checkpoint to resume from. */
  signal?: AbortSignal
}

export interface ResumeRequest {
  folder: string
  /** Where the model that it began from lies now; unless given, where it lay then. */
  model?: string
  /** As a training request's. */
  savesBetween?: boolean
  cache?: string
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
  /** Bytes that the training will hold at most, by formula, and that this process can have now. */
  memory: { needed: number; available: number }
}

export interface RunResult extends TrainingEnd {
  folder: string
}

/**
 * Trains a model on rows, from a request to a finished run folder.
 * @throws TuneDeskError runs/in-use; whatever is wrong with the request, the rows, the model or the folder, before anything is written; then what training throws
 */
export const startRun = (request: TrainingRequest, hooks: RunHooks = {}): Promise<RunResult> =>
  holdingRun(request.output, () => startHeldRun(request, hooks))

async function startHeldRun(request: TrainingRequest, hooks: RunHooks): Promise<RunResult> {
  const { model, output, settings, rows, heldOutRows, findings, savesBetween, cache } = await prepareRequest(request)
  const folder = resolve(output)
  const base = await readModelFolder(model)
  const tokenizer = await openTokenizer(model)
  try {
    const baseConfig = parseConfig(base.config)
    // Frozen tables stay as they are: a token that they have no row for, such as a new pad token, is never learned from.
    const config = settings.method === 'lora' ? baseConfig : withVocabularyOf(baseConfig, tokenizer)
    const tokenised = await tokeniseAll(tokenizer, { rows, heldOutRows, settings, cache }, hooks)
    const room = await roomFor(config, settings, tokenised)
    const written = { folder, saved: savedBytes(config, settings), settings, plan: planOf(tokenised, settings) }
    await requireRunRoom(written)
    const saves = savesBetween && (await hasRoomBetween(written))
    const outputs = await outputsToKeep(config, room, written)
    const description = await describe(base, model, config, tokenizer, { settings, rows, heldOutRows }, tokenised)
    await requireNewRunFolder(folder)
    const begin = async (): Promise<void> => {
      await createRun(folder, description)
      hooks.onBegin?.({ ...beginning(folder, description, config, room, outputs), findings, damaged: [] })
    }
    const begun = await beginTraining(config, settings, model, null)
    return await runFrom(
      { folder, description, config, tokenizer, tokenised, room, outputs, begun, checkpoint: null, savesBetween: saves, begin },
      hooks,
    )
  } finally {
    await tokenizer.close()
  }
}

/**
 * Goes on with a run that was stopped or cut off, from its newest whole checkpoint, or from its beginning where there is none.
 * @throws TuneDeskError runs/in-use, runs/not-a-run, runs/finished, runs/rows-changed, runs/base-model-changed, …; then what training throws
 */
export const resumeRun = (request: ResumeRequest, hooks: RunHooks = {}): Promise<RunResult> =>
  holdingRun(request.folder, () => resumeHeldRun(request, hooks))

async function resumeHeldRun({ folder, model, savesBetween = false, cache }: ResumeRequest, hooks: RunHooks): Promise<RunResult> {
  const run = await openRunToResume(resolve(folder))
  const { checkpoint, damaged } = run
  const base = model ?? run.description.baseModel.folder
  const description = { ...run.description, baseModel: { ...run.description.baseModel, folder: base } }
  const tokenizer = await openTokenizer(run.folder)
  try {
    const config = parseConfig(await readModelConfig(run.folder))
    // A checkpoint of all weights needs no others.
    const needsBase = checkpoint === null || !trainsAll(config, partsToTrain(config, description.settings))
    if (needsBase) await requireSameBaseModel(run, base)
    const { rows, heldOutRows } = numberedRows(description)
    const asked = { rows, heldOutRows, settings: description.settings, cache }
    const tokenised = await tokeniseAll(tokenizer, asked, hooks)
    requireSameRows(run, tokenised.rows, tokenised.heldOutRows)
    const room = await roomFor(config, description.settings, tokenised, hooks.signal)
    // A run that only ends needs room for its model alone.
    const settings: TrainingSettings =
      hooks.signal?.reason === 'keep' ? { ...description.settings, save_strategy: 'no' } : description.settings
    const plan = planOf(tokenised, settings)
    const saved = savedBytes(config, settings)
    const written = { folder: run.folder, saved, settings, plan, written: await folderBytes(run.folder) }
    await requireRunRoom(written)
    const saves = savesBetween && (await hasRoomBetween(written))
    const outputs = await outputsToKeep(config, room, written)
    const begun = await beginTraining(config, description.settings, base, checkpoint?.folder ?? null)
    const start = {
      folder: run.folder,
      description,
      config,
      tokenizer,
      tokenised,
      room,
      outputs,
      begun,
      checkpoint,
      savesBetween: saves,
      begin: () =>
        Promise.resolve(
          hooks.onBegin?.({ ...beginning(run.folder, description, config, room, outputs), findings: null, damaged }),
        ),
    }
    return await runFrom(start, hooks)
  } finally {
    await tokenizer.close()
  }
}

/**
 * Ends a run that was stopped or cut off as it is in its newest checkpoint: its model is saved, nothing is trained.
 * @throws TuneDeskError as `resumeRun`; runs/nothing-saved where there is no checkpoint
 */
export async function finishRun(folder: string, hooks: RunHooks = {}): Promise<RunResult> {
  const { checkpoint } = await openRunToResume(resolve(folder))
  if (checkpoint === null) throw new TuneDeskError('runs/nothing-saved', { folder })
  return resumeRun({ folder }, { ...hooks, signal: AbortSignal.abort('keep') })
}

function planOf({ rows }: TokenisedRows, settings: TrainingSettings): TrainingPlan {
  const lengths = rows.map(({ ids }) => ids.length)
  return trainingPlan(trainingSequences(lengths, settings).length, settings)
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
    rowIndices: { rows: rows.map(({ index }) => index), heldOutRows: heldOutRows.map(({ index }) => index) },
    baseModel: {
      name: basename(resolve(folder)),
      folder: resolve(folder),
      license: base.license,
      fingerprint: await weightsFingerprint(folder),
    },
    rowsFingerprint: rowsFingerprint(tokenised.rows, tokenised.heldOutRows),
    modelFiles: await trainedModelFiles({ ...base, folder: resolve(folder) }, config, tokenizer, settings),
  }
}

/** An error that only says that there is no memory, in the book's words. */
const fromLackOfMemory =
  (step: () => number) =>
  (error: unknown): never => {
    throw isOutOfMemory(error) ? new TuneDeskError('train/out-of-memory', { step: step() }, { cause: error }) : error
  }

const beginning = (
  folder: string,
  { settings, rows, heldOutRows, baseModel }: RunDescription,
  config: ModelConfig,
  { fitted, limit }: MemoryRoom,
  { taken }: OutputsToKeep,
) => ({
  folder,
  modelName: baseModel.name,
  parameterCount: parameterCountOf(config),
  rows: rows.length,
  heldOutRows: heldOutRows.length,
  settings,
  memory: { needed: fitted.needed + taken.memory, available: limit.available },
})

interface RunStart {
  folder: string
  description: RunDescription
  config: ModelConfig
  tokenizer: Tokenizer
  tokenised: TokenisedRows
  room: MemoryRoom
  outputs: OutputsToKeep
  savesBetween: boolean
  begun: TrainingBeginning
  checkpoint: Checkpoint | null
  /** When the model is loaded and its memory is known to be enough. */
  begin: () => Promise<void>
}

async function runFrom(start: RunStart, { onEvent, signal }: RunHooks): Promise<RunResult> {
  const { folder, description, config, tokenizer, tokenised, room, outputs, begun, checkpoint, savesBetween, begin } = start
  const { settings } = description
  const clock = (): number => performance.now() / 1000
  const frozenOutputs = openFrozenOutputs(folder, settings, outputs, clock)
  const meter = createMemoryMeter()
  const model = await createDecoder(begun.config, await createOrtExecutor(), begun.weights, begun.partial).catch(
    fromLackOfMemory(() => 0),
  )
  const examination = createExamination({ config: begun.config, description, tokenizer, model, partial: begun.partial })
  let recorder: FolderRecorder | undefined
  let step = checkpoint?.step ?? 0
  try {
    if (checkpoint) await restoreOptimizer(model, checkpoint)
    const stepMemory = signal?.aborted ? room.fitted.memory : await probeMemory(model, settings, room)
    if (outputs.kept.training) model.frozenOutputs.training = frozenOutputs
    if (outputs.kept.evaluation) model.frozenOutputs.evaluation = frozenOutputs
    meter.loaded()
    await begin()
    const opened = (recorder = await openRunRecorder(folder, description, config, checkpoint?.state, () => undefined))
    const end = await train({
      model,
      ...tokenised,
      settings,
      recorder: {
        ...opened,
        async record(event) {
          if (event.kind === 'progress') step = event.step
          await opened.record(event)
          await onEvent?.(event)
        },
      },
      clock,
      memory: meter.held,
      memoryMetrics: meter.metrics,
      stepMemory,
      savesBetween,
      examination,
      ...(checkpoint ? { state: checkpoint.state } : {}),
      ...(signal ? { signal } : {}),
    })
    return { ...end, folder }
  } catch (error) {
    return fromLackOfMemory(() => step)(error)
  } finally {
    await recorder?.close()
    await examination.close()
    await model.dispose()
    await frozenOutputs?.close()
  }
}
