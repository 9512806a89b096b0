import type { RunRecorder, TrainingEvent } from '../../src-main/engine/6-train/runRecorder.ts'
import type { RunState } from '../../src-main/engine/6-train/runState.ts'
import type {
  NamedTensor,
  OptimizerTensor,
  SavedOptimizerTensor,
  TrainableModel,
} from '../../src-main/engine/6-train/trainableModel.ts'

export interface SavedCheckpoint {
  state: RunState
  weights: NamedTensor[]
  optimizerState: SavedOptimizerTensor[]
  optimizerStepCount: number
}

/** Writes a run down in memory. */
export interface MemoryRecorder extends RunRecorder {
  events: TrainingEvent[]
  checkpoints: Map<number, SavedCheckpoint>
  aside: number[]
  model: { state: RunState; weights: NamedTensor[] } | undefined
}

export function createMemoryRecorder(onEvent: (event: TrainingEvent) => void = () => undefined): MemoryRecorder {
  const events: TrainingEvent[] = []
  const aside: number[] = []
  const checkpoints = new Map<number, SavedCheckpoint>()
  const prune = (keep: readonly number[]): void => {
    for (const step of checkpoints.keys()) if (!keep.includes(step)) checkpoints.delete(step)
  }
  const recorder: MemoryRecorder = {
    events,
    checkpoints,
    aside,
    model: undefined,
    async record(event) {
      events.push(event)
      onEvent(event)
    },
    async saveCheckpoint({ state, weights, optimizerState, optimizerStepCount }, keep) {
      checkpoints.set(state.trainer.global_step, {
        // As it would come back from a file.
        state: JSON.parse(JSON.stringify(state)) as RunState,
        weights: await collect(weights),
        optimizerState: await readState(optimizerState),
        optimizerStepCount,
      })
      prune(keep)
    },
    async setCheckpointAside(step) {
      if (checkpoints.delete(step)) aside.push(step)
      return Math.max(...checkpoints.keys()) > 0 ? Math.max(...checkpoints.keys()) : undefined
    },
    async *checkpointWeights(step) {
      const checkpoint = checkpoints.get(step)
      if (!checkpoint) throw new Error(`no checkpoint of step ${step}`)
      yield* checkpoint.weights
    },
    async saveModel({ state, weights }, keep) {
      recorder.model = { state: structuredClone(state), weights: await collect(weights) }
      prune(keep)
    },
  }
  return recorder
}

export async function restore(model: TrainableModel, checkpoint: SavedCheckpoint): Promise<void> {
  await model.loadWeights(from(checkpoint.weights))
  await model.loadOptimizerState(from(checkpoint.optimizerState), checkpoint.optimizerStepCount)
}

export async function collect(tensors: AsyncIterable<NamedTensor>): Promise<NamedTensor[]> {
  const all: NamedTensor[] = []
  for await (const tensor of tensors) all.push({ ...tensor, data: tensor.data.slice() })
  return all
}

export const readState = (tensors: readonly OptimizerTensor[]): Promise<SavedOptimizerTensor[]> =>
  Promise.all(tensors.map(async ({ name, shape, read }) => ({ name, shape, data: (await read()).slice() })))

async function* from<Tensor extends SavedOptimizerTensor>(tensors: Tensor[]): AsyncIterable<Tensor> {
  for (const tensor of tensors) yield { ...tensor, data: tensor.data.slice() }
}
