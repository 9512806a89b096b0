import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeFileSystem } from '../../src-main/files/fileSystem.ts'
import { openRowStore, type RowStore } from '../../src-main/services/rows/rowStore.ts'
import { failingFileSystem } from '../support/fragileFileSystem.ts'
import { row } from '../support/rowsProject.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** Every call to the file system fails once in the long form of this test, `TUNEDESK_EVERY_WRITE=1`; else every third. */
const STRIDE = process.env['TUNEDESK_EVERY_WRITE'] ? 1 : 3

const EDITING: ((store: RowStore) => Promise<unknown> | undefined)[] = [
  (store) => store.edit({ kind: 'insert', at: 0, rows: [row('a/1'), row('b/2'), row('c/3')] }),
  (store) => {
    const [, second] = store.list.rows
    return second && store.edit({ kind: 'set', id: second.id, field: 'label', text: '二' })
  },
  (store) => store.flush(),
  (store) => store.edit({ kind: 'hold', ids: store.list.rows.slice(1, 2).map(({ id }) => id), heldOut: true }),
  (store) =>
    store.importRows(
      Array.from({ length: 600 }, (_, i) => row(`q${i}/a`)),
      'append',
    ),
  (store) => store.undo(),
  (store) => store.flush(),
  (store) => store.redo(),
  (store) => store.edit({ kind: 'delete', ids: store.list.rows.slice(0, 300).map(({ id }) => id) }),
  (store) => store.flush(),
]
const look = (store: RowStore): unknown => ({ ...store.state(), version: 0, isSaved: true, project: '', rows: store.list.rows })
const open = (project: string, fileSystem = nodeFileSystem): Promise<RowStore> =>
  openRowStore({ project, onChange: () => undefined, clock: () => 0, fileSystem })

/** Opens a copy, as after a crash. */
async function expectOnDisk(folder: string, store: RowStore, where: string): Promise<void> {
  const copy = `${folder}-copy`
  await cp(folder, copy, { recursive: true })
  const found = await open(copy)
  expect(look(found), where).toEqual(look(store))
  await found.close()
  await rm(copy, { recursive: true })
}

test('a disk that is full at the 1st, 2nd, 3rd … write refuses that edit, says so, and costs no other', async () => {
  let refused = 0
  for (let failAt = 1; ; failAt += STRIDE) {
    const folder = join(await temporaryFolder(), 'project')
    const fileSystem = failingFileSystem(nodeFileSystem, failAt, 'ENOSPC')
    const store = await open(folder, fileSystem)
    for (const [i, edit] of EDITING.entries()) {
      const where = `call ${failAt}, edit ${i}`
      const before = look(store)
      const error: unknown = await Promise.resolve(edit(store)).then(
        () => null,
        (reason: unknown) => reason,
      )
      if (error !== null) {
        refused++
        expect(error, where).toMatchObject({ code: 'files/disk-full' })
        expect(look(store), where).toEqual(before)
        // There is room again.
        await edit(store)
      }
    }
    if (fileSystem.calls >= failAt) await expectOnDisk(folder, store, `call ${failAt}`)
    await store.close()
    if (fileSystem.calls < failAt) break
    const again = await open(folder)
    expect(look(again), `call ${failAt}, closed`).toEqual(look(store))
    expect((await readdir(folder)).sort(), `call ${failAt}`).toEqual(['rows.journal', 'rows.jsonl', 'splits.json'])
    await again.close()
  }
  expect(refused).toBeGreaterThan(60 / STRIDE)
})

test('a disk that stays full keeps all edits from before, refuses all others, and loses none when the project is closed', async () => {
  for (let room = 1; room < 40; room += STRIDE) {
    const folder = join(await temporaryFolder(), 'project')
    let left = room
    const whileRoom = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      if (left-- <= 0) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' })
      return work()
    }
    const store = await open(folder, {
      ...nodeFileSystem,
      open: async (path, flags) => {
        const file = await whileRoom(() => nodeFileSystem.open(path, flags))
        return {
          write: (bytes, offset, length, position) => whileRoom(() => file.write(bytes, offset, length, position)),
          truncate: (length) => file.truncate(length),
          sync: () => file.sync(),
          close: () => file.close(),
        }
      },
    })
    for (const edit of EDITING) {
      const before = look(store)
      await edit(store)?.catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'files/disk-full' })
        expect(look(store)).toEqual(before)
      })
    }
    const last = look(store)
    await store.close()
    const again = await open(folder)
    expect(look(again), `room for ${room} writes`).toEqual(last)
    await again.close()
  }
})
