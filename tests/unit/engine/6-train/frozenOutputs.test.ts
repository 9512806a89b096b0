import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createFrozenOutputs,
  type FrozenOutputs,
  type FrozenOutputsOptions,
} from '../../../../src-main/engine/6-train/frozenOutputs.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

/** A cache over rows of one id, whose four states say which; each takes a second to compute. */
async function open(options: Partial<FrozenOutputsOptions> = {}) {
  let seconds = 0
  const computed: number[] = []
  const cache = createFrozenOutputs({
    precision: 'float32',
    room: { memory: 1e6, disk: 0 },
    path: join(await temporaryFolder(), 'outputs'),
    clock: () => seconds,
    ...options,
  })
  const statesOf = (id: number): Float32Array => Float32Array.of(id + 0.1, id + 0.2, id + 0.3, id + 0.4)
  const ask = (id: number, states = statesOf(id)): ReturnType<FrozenOutputs['of']> =>
    cache.of(Int32Array.of(id), () => {
      computed.push(id)
      seconds++
      return Promise.resolve(states)
    })
  return { cache, ask, computed, statesOf }
}
const BYTES_OF_ROW = 16

describe('outputs of frozen layers', () => {
  it('are computed once, and kept by the row’s ids', async () => {
    const { cache, ask, computed, statesOf } = await open()
    for (const id of [1, 2, 1, 2, 1]) expect(await ask(id)).toEqual(statesOf(id))
    expect(computed).toEqual([1, 2])
    expect(cache.secondsOnce).toBe(2)
  })

  it('are kept in memory, then on the disk, and beyond that not at all', async () => {
    const { cache, ask, computed, statesOf } = await open({ room: { memory: BYTES_OF_ROW, disk: 2 * BYTES_OF_ROW } })
    for (const id of [1, 2, 3, 4, 5]) await ask(id)
    expect(cache.secondsOnce).toBe(3)
    for (const id of [1, 2, 3, 4, 5]) expect(await ask(id)).toEqual(statesOf(id))
    expect(computed).toEqual([1, 2, 3, 4, 5, 4, 5])
    await cache.close()
  })

  it('take half the room in float16, and are rounded before they are used for the first time', async () => {
    const { cache, ask, computed } = await open({
      precision: 'float16',
      room: { memory: BYTES_OF_ROW / 2, disk: BYTES_OF_ROW / 2 },
    })
    const first = [await ask(1), await ask(2)]
    expect(first[0]?.[0]).toBe(1.099609375)
    expect([await ask(1), await ask(2)]).toEqual(first)
    expect(computed).toEqual([1, 2])
    await cache.close()
  })

  it('stay float32 where a number is too large for float16', async () => {
    const { ask } = await open({ precision: 'float16' })
    const large = Float32Array.of(1.1, 70000, 0, 0)
    await ask(1, large.slice())
    expect(await ask(1)).toEqual(large)
  })

  it('are computed again where the disk takes none', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    const { cache, ask, computed, statesOf } = await open({ room: { memory: 0, disk: 1e6 }, path: join(file, 'outputs') })
    expect(await ask(1)).toEqual(statesOf(1))
    expect(await ask(1)).toEqual(statesOf(1))
    expect(computed).toEqual([1, 1])
    expect(cache.secondsOnce).toBe(0)
  })
})
