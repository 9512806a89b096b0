import { join } from 'node:path'
import { openSafetensors, type SafetensorsFile } from '../../files/readSafetensors.ts'
import { isMatrix } from '../4-graph/trainedParts.ts'
import type { Executor, QuantisedTensor, Tensor } from '../5-exec/executor.ts'
import type { FrozenTensor } from '../5-exec/frozenTensor.ts'

/** Frozen weights that are held in memory, by name. */
export interface HeldWeights {
  /** As they are. */
  vectors: Map<string, Tensor>
  matrices: Map<string, QuantisedTensor>
}

/** What is in float32 at once while it is rounded: enough for every thread to have some of it. */
const AT_ONCE = 16 * 1024 * 1024

/**
 * Reads weights into memory, matrices in 8 bits.
 * @throws TuneDeskError files/…, weights/…
 */
export async function holdIn8bit(weights: ReadonlyMap<string, FrozenTensor>, executor: Executor): Promise<HeldWeights> {
  const held: HeldWeights = { vectors: new Map(), matrices: new Map() }
  const files = new Map<string, SafetensorsFile>()
  let waiting: { name: string; data: Float32Array; shape: readonly number[] }[] = []
  const quantise = async (): Promise<void> => {
    const quantised = await executor.quantise(waiting)
    waiting.forEach(({ name }, i) => {
      const matrix = quantised[i]
      if (matrix) held.matrices.set(name, matrix)
    })
    waiting = []
  }
  try {
    for (const [name, { folder, location }] of weights) {
      const { file, shape } = location
      const opened = files.get(file) ?? (await openSafetensors(join(folder, file), file))
      files.set(file, opened)
      const data = await opened.read(location)
      if (isMatrix(location)) waiting.push({ name, data, shape })
      else held.vectors.set(name, executor.upload(data, shape))
      if (waiting.reduce((sum, each) => sum + each.data.length, 0) >= AT_ONCE) await quantise()
    }
    await quantise()
    return held
  } finally {
    for (const file of files.values()) await file.close()
  }
}
