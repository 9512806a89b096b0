import { createHash } from 'node:crypto'
import { narrowToFloat16, widenFloat16 } from '../../files/float16.ts'
import { openScratchFile, type ScratchFile } from '../../files/scratchFile.ts'

/** How states are kept: as they are, or rounded to the nearest float16. */
export type FrozenPrecision = 'float32' | 'float16'

/**
 * What the frozen layers below the lowest trained one make of rows [tokens, D], by the rows' ids. A row's states are the same numbers whether they were
 * kept or are computed again, in 16 bits too: what a run computes does not depend on how much room there was.
 */
export interface FrozenOutputs {
  /**
   * A row's states, to be read only. Never throws by itself: what cannot be kept is only computed again.
   * @param compute gives the row's states, by the row alone; the array belongs to the cache afterwards
   */
  of(ids: Int32Array, compute: () => Promise<Float32Array>): Promise<Float32Array>
  /** Seconds that were spent so far on states that are kept: no later epoch takes them. */
  readonly secondsOnce: number
  close(): Promise<void>
}

export interface FrozenOutputsOptions {
  precision: FrozenPrecision
  /** Bytes that may be kept in memory, and beyond those on the disk. */
  room: FrozenRoom
  /** Where a file of this run alone may lie; made when it is needed. */
  path: string
  /** In seconds. */
  clock: () => number
}

export interface FrozenRoom {
  memory: number
  disk: number
}

/** Kept float32 or, as 16-bit codes, float16. */
type Kept = Float32Array | Uint16Array
interface OnDisk {
  position: number
  length: number
  isHalf: boolean
}

/**
 * Nothing that is kept ever makes way: each row is met once an epoch, in random order, so that one of them is worth as much as another, and to replace
 * what is kept by what is not would lose both.
 */
export function createFrozenOutputs({ precision, room, path, clock }: FrozenOutputsOptions): FrozenOutputs {
  const inMemory = new Map<string, Kept>()
  const onDisk = new Map<string, OnDisk>()
  let memoryLeft = room.memory
  let diskLeft = room.disk
  let file: ScratchFile | null = null
  let secondsOnce = 0

  async function find(key: string): Promise<Kept | null> {
    const place = onDisk.get(key)
    if (!file || !place) return inMemory.get(key) ?? null
    const kept = place.isHalf ? new Uint16Array(place.length) : new Float32Array(place.length)
    try {
      await file.read(bytesOf(kept), place.position)
      return kept
    } catch {
      onDisk.delete(key)
      return null
    }
  }

  /** @returns whether there was room */
  async function keep(key: string, kept: Kept): Promise<boolean> {
    if (kept.byteLength <= memoryLeft) {
      memoryLeft -= kept.byteLength
      inMemory.set(key, kept)
      return true
    }
    if (kept.byteLength > diskLeft) return false
    try {
      file ??= await openScratchFile(path)
      const position = await file.append(bytesOf(kept))
      diskLeft -= kept.byteLength
      onDisk.set(key, { position, length: kept.length, isHalf: kept instanceof Uint16Array })
      return true
    } catch {
      // A full disk, or a folder that may not be written to: it would be the same for the next row.
      diskLeft = 0
      return false
    }
  }

  return {
    get secondsOnce() {
      return secondsOnce
    },
    async of(ids, compute) {
      const key = keyOf(ids)
      const found = await find(key)
      if (found) return floatsOf(found)
      const started = clock()
      const kept = rounded(await compute(), precision)
      if (await keep(key, kept)) secondsOnce += clock() - started
      return floatsOf(kept)
    },
    async close() {
      inMemory.clear()
      onDisk.clear()
      await file?.close()
      file = null
    },
  }
}

/** The model and its tokenizer stay the same for as long as a cache lives, so that the ids say all. */
const keyOf = (ids: Int32Array): string => createHash('sha256').update(bytesOf(ids)).digest('base64')

const INFINITY_16 = 0x7c00

/** States as they are kept. A row with a number that float16 has none for stays float32. */
function rounded(states: Float32Array, precision: FrozenPrecision): Kept {
  if (precision === 'float32') return states
  const codes = new Uint16Array(states.length)
  narrowToFloat16(states, codes)
  return codes.some((code) => (code & INFINITY_16) === INFINITY_16) ? states : codes
}

function floatsOf(kept: Kept): Float32Array {
  if (kept instanceof Float32Array) return kept
  const states = new Float32Array(kept.length)
  widenFloat16(kept, states)
  return states
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Kept | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
