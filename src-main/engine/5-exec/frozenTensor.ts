import { join } from 'node:path'
import { openSafetensors, type TensorLocation } from '../../files/readSafetensors.ts'

/** A tensor that never changes, where it lies in a file of weights. */
export interface FrozenTensor {
  /** The real folder that the location's file is relative to. */
  folder: string
  location: TensorLocation
}

/** Rows of a matrix, as a tensor of its own. */
export function frozenRows({ folder, location }: FrozenTensor, start: number, rows: number): FrozenTensor {
  const [all = 0, ...rest] = location.shape
  const rowBytes = location.byteLength / all
  return {
    folder,
    location: {
      ...location,
      shape: [rows, ...rest],
      offset: location.offset + start * rowBytes,
      byteLength: rows * rowBytes,
    },
  }
}

/** @throws TuneDeskError files/…, weights/… */
export async function readFrozen({ folder, location }: FrozenTensor): Promise<Float32Array> {
  const file = await openSafetensors(join(folder, location.file), location.file)
  try {
    return await file.read(location)
  } finally {
    await file.close()
  }
}
