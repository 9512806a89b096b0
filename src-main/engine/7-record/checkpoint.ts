import { basename, dirname } from 'node:path'
import type { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import type { OutputFolder } from '../../files/atomicFile.ts'
import { writeFolder } from '../../files/atomicFolder.ts'
import { containedPath } from '../../files/containment.ts'
import { cannotWrite, nodeFileSystem, syncFolder } from '../../files/fileSystem.ts'
import { MAX_JOURNAL } from '../../files/limits.ts'
import { verifyFolder } from '../../files/manifest.ts'
import { readJsonCapped } from '../../files/readFile.ts'
import { openSafetensors } from '../../files/readSafetensors.ts'
import { openWeights } from '../../files/safetensors.ts'
import { writeSafetensors } from '../../files/writeSafetensors.ts'
import { writeWeights } from '../../files/writeWeights.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import type { RunSnapshot } from '../6-train/runRecorder.ts'
import type { RunState } from '../6-train/runState.ts'
import type { NamedTensor, TrainableModel } from '../6-train/trainableModel.ts'
import { writeModelFiles, type ModelFile } from './modelFiles.ts'
import { printRunState, RUN_STATE_FILE, runStateSchema } from './runStateFile.ts'
import { printTrainerState, TRAINER_STATE_FILE, trainerStateSchema } from './trainerStateFile.ts'

const OPTIMIZER_FILE = 'optimizer.safetensors'

/** A checkpoint that was found whole. */
export interface Checkpoint {
  folder: string
  step: number
  state: RunState
  optimizerStepCount: number
}

/**
 * Writes a checkpoint, which is a model folder as well: weights, moments, state, and last of all the manifest. It appears under its name
 * only when all of it is on the disk.
 * @throws train/weights-not-finite; TuneDeskError files/… of writing. Then there is no such checkpoint, or still the one of that name before
 */
export async function writeCheckpoint(
  folder: string,
  { state, weights, optimizerState, optimizerStepCount }: RunSnapshot,
  config: ModelConfig,
  modelFiles: readonly ModelFile[],
  fileSystem = nodeFileSystem,
): Promise<void> {
  const name = basename(folder)
  const content = async (output: OutputFolder): Promise<void> => {
    await writeModelFiles(output, modelFiles)
    await writeFiniteWeights(output, config, weights, name)
    const moments = modelParameters(config).flatMap(({ name, shape }) => [
      { name: `exp_avg.${name}`, shape },
      { name: `exp_avg_sq.${name}`, shape },
    ])
    await output.write(OPTIMIZER_FILE, (write) => writeSafetensors(write, moments, finite(optimizerState, name)))
    await output.write(TRAINER_STATE_FILE, printTrainerState(state))
    await output.write(RUN_STATE_FILE, printRunState({ state, optimizerStepCount }))
  }
  await writeFolder(folder, content, fileSystem)
}

/** model.safetensors, or its shards, in float32. @throws train/weights-not-finite */
export function writeFiniteWeights(
  output: OutputFolder,
  config: ModelConfig,
  weights: AsyncIterable<NamedTensor>,
  name: string,
): Promise<void> {
  return writeWeights(output, modelParameters(config), finite(weights, name))
}

/** Weights that were broken by the last step are found here, before they are saved in the place of good ones. */
async function* finite(tensors: AsyncIterable<NamedTensor>, name: string): AsyncGenerator<NamedTensor> {
  for await (const tensor of tensors) {
    if (!isFinite(tensor.data)) throw new TuneDeskError('train/weights-not-finite', { tensor: tensor.name, name })
    yield tensor
  }
}

/** Infinity and NaN times 0 are NaN, which no sum loses again. */
function isFinite(values: Float32Array): boolean {
  let sum = 0
  for (const value of values) sum += value * 0
  return sum === 0
}

/**
 * Reads a checkpoint's state after checking that every byte is as it was written.
 * @throws files/damaged-folder
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  await verifyFolder(folder)
  const read = async <T>(name: string, schema: z.ZodType<T>): Promise<T> => {
    const parsed = schema.safeParse(await readJsonCapped(await containedPath(folder, name), MAX_JOURNAL))
    if (!parsed.success) throw new TuneDeskError('files/damaged-folder', { folder, file: name }, { cause: parsed.error })
    return parsed.data
  }
  const trainer = await read(TRAINER_STATE_FILE, trainerStateSchema)
  const { state, optimizerStepCount } = await read(RUN_STATE_FILE, runStateSchema)
  return { folder, step: trainer.global_step, state: { trainer, ...state }, optimizerStepCount }
}

/** The weights of a model folder one after another, as float32. */
export async function* readWeights(folder: string): AsyncGenerator<NamedTensor> {
  const weights = await openWeights(folder)
  try {
    for (const { name, shape } of weights.tensors.values()) yield { name, shape, data: await weights.read(name) }
  } finally {
    await weights.close()
  }
}

/** Gives a model, which already has the checkpoint's weights, its optimizer state. */
export async function restoreOptimizer(model: TrainableModel, { folder, optimizerStepCount }: Checkpoint): Promise<void> {
  const file = await openSafetensors(await containedPath(folder, OPTIMIZER_FILE))
  try {
    await model.loadOptimizerState(
      (async function* () {
        for (const tensor of file.tensors.values())
          yield { name: tensor.name, shape: tensor.shape, data: await file.read(tensor) }
      })(),
      optimizerStepCount,
    )
  } finally {
    await file.close()
  }
}

/** Renames a checkpoint so that neither we nor the Trainer take it for one; it stays a model folder for whoever wants to look. */
export async function setAside(folder: string, fileSystem = nodeFileSystem): Promise<void> {
  const aside = `${folder}.diverged`
  try {
    await fileSystem.rm(aside, { recursive: true, force: true })
    await fileSystem.rename(folder, aside)
    await syncFolder(dirname(folder), fileSystem)
  } catch (error) {
    throw cannotWrite(folder, error)
  }
}
