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
import { EMBEDDING, modelParameters } from '../4-graph/parameters.ts'
import { trainedParameters, type TrainedParts } from '../4-graph/trainedParts.ts'
import type { RunSnapshot } from '../6-train/runRecorder.ts'
import type { RunState } from '../6-train/runState.ts'
import type { NamedTensor, OptimizerTensor, SavedOptimizerTensor, TrainableModel } from '../6-train/trainableModel.ts'
import { ADAPTER_WEIGHTS_FILE, isAdapterFolder, PEFT_PREFIX, readAdapterWeights } from './adapterFiles.ts'
import { writeModelFiles, type ModelFile } from './modelFiles.ts'
import { printRunState, RUN_STATE_FILE, runStateSchema } from './runStateFile.ts'
import { printTrainerState, TRAINER_STATE_FILE, trainerStateSchema } from './trainerStateFile.ts'

const OPTIMIZER_FILE = 'optimizer.safetensors'

/** What a run trains, and of which model. */
export interface TrainedModel {
  config: ModelConfig
  parts: TrainedParts
}

/** A checkpoint that was found whole. */
export interface Checkpoint {
  folder: string
  step: number
  state: RunState
  optimizerStepCount: number
}

/**
 * Writes a checkpoint, which is a model folder as well: weights, optimizer state, and last of all the manifest. It appears under its name
 * only when all of it is on the disk.
 * @throws train/weights-not-finite; TuneDeskError files/… of writing. Then there is no such checkpoint, or still the one of that name before
 */
export async function writeCheckpoint(
  folder: string,
  { state, weights, optimizerState, optimizerStepCount }: RunSnapshot,
  { config, parts }: TrainedModel,
  modelFiles: readonly ModelFile[],
  fileSystem = nodeFileSystem,
): Promise<void> {
  const name = basename(folder)
  const content = async (output: OutputFolder): Promise<void> => {
    await writeModelFiles(output, modelFiles)
    await writeFiniteWeights(output, { config, parts }, weights, name)
    const heads = optimizerState.map(({ name, shape, type }) => ({ name, shape, isBytes: type === 'uint8' }))
    await output.write(OPTIMIZER_FILE, (write) => writeSafetensors(write, heads, finite(contents(optimizerState), name)))
    await output.write(TRAINER_STATE_FILE, printTrainerState(state))
    await output.write(RUN_STATE_FILE, printRunState({ state, optimizerStepCount }))
  }
  await writeFolder(folder, content, fileSystem)
}

/**
 * A model in float32: model.safetensors or its shards; of LoRA what was trained, adapter_model.safetensors as PEFT writes it
 * (utils/save_and_load.py, get_peft_model_state_dict).
 * @param weights in the model's order
 * @throws train/weights-not-finite
 */
export function writeFiniteWeights(
  output: OutputFolder,
  { config, parts }: TrainedModel,
  weights: AsyncIterable<NamedTensor>,
  name: string,
): Promise<void> {
  if (!parts.adapters) return writeWeights(output, modelParameters(config), finite(weights, name))
  const heads = trainedParameters(config, parts)
  // A table that is tied PEFT keeps under both of its names.
  const saved = <Tensor extends { name: string }>(tensor: Tensor): Tensor[] =>
    [tensor.name, ...(config.tiedEmbeddings && tensor.name === EMBEDDING ? ['lm_head.weight'] : [])].map((each) => ({
      ...tensor,
      name: PEFT_PREFIX + each,
    }))
  return output.write(ADAPTER_WEIGHTS_FILE, (write) =>
    writeSafetensors(write, heads.flatMap(saved), flatMapped(finite(weights, name), saved)),
  )
}

async function* flatMapped<From, To>(items: AsyncIterable<From>, change: (item: From) => To[]): AsyncGenerator<To> {
  for await (const item of items) yield* change(item)
}

async function* contents(tensors: readonly OptimizerTensor[]): AsyncGenerator<SavedOptimizerTensor> {
  for (const { name, shape, read } of tensors) yield { name, shape, data: await read() }
}

/** Weights that were broken by the last step are found here, before they are saved in the place of good ones. */
async function* finite<Tensor extends SavedOptimizerTensor>(
  tensors: AsyncIterable<Tensor>,
  name: string,
): AsyncGenerator<Tensor> {
  for await (const tensor of tensors) {
    if (!isFinite(tensor.data)) throw new TuneDeskError('train/weights-not-finite', { tensor: tensor.name, name })
    yield tensor
  }
}

/** Infinity and NaN times 0 are NaN, which no sum loses again. */
function isFinite(values: Float32Array | Uint8Array): boolean {
  if (values instanceof Uint8Array) return true
  let sum = 0
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- Several times as quick as the iterator.
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? NaN) * 0
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

/** The weights of a model's folder, those that are wanted; or all of an adapter's. One after another, as float32. */
export async function* readWeights(
  folder: string,
  isWanted: (name: string) => boolean = () => true,
): AsyncGenerator<NamedTensor> {
  if (await isAdapterFolder(folder)) {
    yield* readAdapterWeights(folder)
    return
  }
  const weights = await openWeights(folder)
  try {
    for (const { name, shape } of weights.tensors.values())
      if (isWanted(name)) yield { name, shape, data: await weights.read(name) }
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
          yield {
            name: tensor.name,
            shape: tensor.shape,
            data: await (tensor.dtype === 'U8' ? file.readBytes(tensor) : file.read(tensor)),
          }
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
