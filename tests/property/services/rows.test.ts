import { fc, test } from '@fast-check/vitest'
import { cp, mkdir, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ProjectRow } from '../../../src-main/contract/areas/rows.ts'
import { openDataset } from '../../../src-main/jobs/dataset.ts'
import { openRowStore, type RowStore } from '../../../src-main/services/rows/rowStore.ts'
import { drawAction, perform, seededDraw, type Action } from '../../support/randomEdits.ts'

type Rows = readonly ProjectRow[]

/** No two edits are so near each other that they count as one. */
function slowClock(): () => number {
  let now = 0
  return () => (now += 60_000)
}
const open = (project: string, settleAfter = 1_000): Promise<RowStore> =>
  openRowStore({ project, onChange: () => undefined, clock: slowClock(), settleAfter })

async function inFolder(work: (folder: string, copy: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  try {
    await work(join(folder, 'project'), join(folder, 'copy'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Does what the seed says, and tells of each action once it is done. */
async function work(store: RowStore, seed: number, length: number, onDone: (action: Action) => unknown): Promise<void> {
  const draw = seededDraw(seed)
  for (let i = 0; i < length; i++) {
    const action = drawAction(
      store.list.rows.map(({ id }) => id),
      draw,
    )
    await perform(store, action)
    await onDone(action)
  }
}

/** What is on the disk once nothing is being written. */
async function copyOf(store: RowStore, folder: string, copy: string): Promise<void> {
  await store.lookOutside()
  await mkdir(folder, { recursive: true })
  await cp(folder, copy, { recursive: true })
}

const situation = (store: RowStore): unknown => {
  const { undo, redo } = store.state()
  return { rows: store.list.rows, undo, redo }
}

const sequences: [fc.Arbitrary<number>, fc.Arbitrary<number>] = [fc.nat(), fc.integer({ min: 1, max: 40 })]

test.prop(sequences, { numRuns: 60 })('each step can be taken back and done again, as with a pile of copies', (seed, length) =>
  inFolder(async (folder) => {
    const store = await open(folder)
    let past: Rows[] = []
    let future: Rows[] = []
    let present: Rows = []
    await work(store, seed, length, ({ kind }) => {
      const now = store.list.rows
      if (kind === 'undo') {
        const before = past.at(-1)
        if (before) [past, future, present] = [past.slice(0, -1), [...future, present], before]
      } else if (kind === 'redo') {
        const after = future.at(-1)
        if (after) [past, future, present] = [[...past, present], future.slice(0, -1), after]
      } else if (now !== present) [past, future, present] = [[...past, present], [], now]
      expect(now).toEqual(present)
      present = now
      expect(new Set(now.map(({ id }) => id)).size).toBe(now.length)
    })
    for (const before of past.toReversed()) {
      await store.undo()
      expect(store.list.rows).toEqual(before)
    }
    expect(store.state().undo).toBeNull()
    await store.close()
  }),
)

test.prop([fc.nat(), fc.integer({ min: 1, max: 15 }), fc.constantFrom(1, 3, 1_000)], { numRuns: 25 })(
  'whoever opens the folder, or reads it while it is edited, has the same rows, marks and steps, however often they were written',
  (seed, length, settleAfter) =>
    inFolder(async (folder, other) => {
      const store = await open(folder, settleAfter)
      await work(store, seed, length, async () => {
        await copyOf(store, folder, other)
        const copy = await open(other)
        expect(situation(copy)).toEqual(situation(store))
        await copy.close()
        await rm(other, { recursive: true })
      })
      const good = store.list.rows.filter(({ label, ...row }) => label.trim() !== '' && isWhole(label + row.instruct + row.input))
      const dataset = await openDataset(folder).catch(() => null)
      expect(dataset?.rows.map(({ row }) => row) ?? []).toEqual(
        good.map(({ instruct, input, label }) => ({ instruct, input, label })),
      )
      const heldOut = good.filter((row) => row.heldOut).map(({ id }) => store.list.positionOf(id))
      expect(dataset?.rows.filter(({ index }) => dataset.heldOut.has(index)).map(({ index }) => index) ?? []).toEqual(heldOut)

      const before = situation(store)
      await store.close()
      const again = await open(folder)
      expect(situation(again)).toEqual(before)
      await again.close()
    }),
)

test.prop([...sequences, fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(2, 7, 1_000)], { numRuns: 60 })(
  'a journal that was torn anywhere behind what rows.jsonl has costs no more than its last edits',
  (seed, length, where, settleAfter) =>
    inFolder(async (folder, copy) => {
      const store = await open(folder, settleAfter)
      const journal = join(folder, 'rows.journal')
      const size = async (): Promise<number> => (await stat(journal).catch(() => null))?.size ?? 0
      const ends: { end: number; rows: Rows }[] = [{ end: 0, rows: [] }]
      await work(store, seed, length, async () => {
        await store.lookOutside()
        ends.push({ end: await size(), rows: store.list.rows })
      })
      if ((await size()) === 0) return store.close()

      await copyOf(store, folder, copy)
      await store.close()
      const bytes = await readFile(join(copy, 'rows.journal'))
      const settled = bytes.lastIndexOf('{"line":"settled"')
      const safe = bytes.indexOf(0x0a, settled) + 1
      const cut = safe + Math.floor(where * (bytes.length - safe))
      await truncate(join(copy, 'rows.journal'), cut)
      const again = await open(copy)
      expect(again.list.rows).toEqual(ends.findLast(({ end }) => end <= cut)?.rows)
      await again.close()
    }),
)

const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text)
