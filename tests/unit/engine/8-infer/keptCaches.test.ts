import { expect, test } from 'vitest'
import { keepCaches, type KeptCaches } from '../../../../src-main/engine/8-infer/keptCaches.ts'
import { append, reserve, type CacheShape, type KeyValueCache } from '../../../../src-main/engine/8-infer/keyValueCache.ts'

const SHAPE: CacheShape = { arrays: 2, heads: 3, headSize: 4 }

/** Rows from which a token and its place can be told. */
function write(cache: KeyValueCache, ids: number[]): void {
  reserve(cache, ids.length)
  const rows = [0, 1].map((array) =>
    Float32Array.from({ length: SHAPE.heads * ids.length * SHAPE.headSize }, (_, i) => {
      const [head, row] = [Math.floor(i / (ids.length * SHAPE.headSize)), Math.floor(i / SHAPE.headSize) % ids.length]
      return expected(array, head, cache.ids.length + row, ids[row] ?? NaN)
    }),
  )
  append(cache, ids, rows)
}
const expected = (array: number, head: number, position: number, id: number): number =>
  array * 1e6 + head * 1e5 + position * 100 + id

function expectHolds(cache: KeyValueCache, ids: number[]): void {
  expect(cache.ids).toEqual(ids)
  cache.arrays.forEach((values, array) => {
    for (let head = 0; head < SHAPE.heads; head++)
      for (const [position, id] of ids.entries())
        expect(values[(head * cache.capacity + position) * SHAPE.headSize]).toBe(expected(array, head, position, id))
  })
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** Reads a text to its end, as an answer does. */
function read(kept: KeptCaches, text: number[]): { cache: KeyValueCache; reused: number } {
  const cache = kept.take(text)
  const reused = cache.ids.length
  write(cache, text.slice(reused))
  expectHolds(cache, text)
  kept.giveBack(cache)
  return { cache, reused }
}

test('a text that goes on is read from where it goes on', () => {
  const kept = keepCaches(SHAPE)
  const first = read(kept, range(0, 40))
  const next = read(kept, range(0, 60))
  expect(next).toEqual({ cache: first.cache, reused: 40 })
})

test('room grows, and what was read stays', () => {
  const kept = keepCaches(SHAPE)
  for (const length of [10, 256, 257, 700])
    read(
      kept,
      range(0, length).map((id) => id % 90),
    )
})

test('the last token is read again even of a text that is known whole: what follows it is wanted', () => {
  const kept = keepCaches(SHAPE)
  read(kept, range(0, 40))
  expect(read(kept, range(0, 40)).reused).toBe(39)
  expect(read(kept, range(0, 10)).reused).toBe(9)
})

test('a text whose end was edited takes the place of the one before', () => {
  const kept = keepCaches(SHAPE)
  const { cache } = read(kept, range(0, 40))
  expect(read(kept, [...range(0, 30), 77, 78])).toEqual({ cache, reused: 30 })
})

test('two texts that only begin alike are both remembered', () => {
  const kept = keepCaches(SHAPE)
  const [one, other] = [range(0, 40), [...range(0, 10), ...range(50, 80)]]
  read(kept, one)
  expect(read(kept, other).reused).toBe(10)
  expect(read(kept, [...one, 90]).reused).toBe(40)
  expect(read(kept, [...other, 90]).reused).toBe(40)
})

test('the text read longest ago is forgotten', () => {
  const kept = keepCaches(SHAPE)
  for (const start of [0, 20, 40]) read(kept, range(start, start + 10))
  expect(read(kept, range(20, 31)).reused).toBe(10)
  expect(read(kept, range(0, 11)).reused).toBe(0)
})

test('texts that are read side by side do not disturb each other, and one learns from the other', () => {
  const kept = keepCaches(SHAPE)
  const texts = [0, 1, 2].map((last) => [...range(0, 20), 80 + last])
  const caches = texts.map((text) => {
    const cache = kept.take(text)
    write(cache, text.slice(cache.ids.length))
    return cache
  })
  expect(new Set(caches).size).toBe(3)
  caches.forEach((cache, i) => expectHolds(cache, texts[i] ?? []))
  for (const cache of caches) kept.giveBack(cache)
  expect(read(kept, [...(texts[2] ?? []), 9]).reused).toBe(21)
  expect(read(kept, [...(texts[0] ?? []), 9]).reused).toBe(20)
})

test('a text of which nothing is known yet begins empty', () => {
  const kept = keepCaches(SHAPE)
  read(kept, range(0, 40))
  expect(read(kept, []).reused).toBe(0)
})
