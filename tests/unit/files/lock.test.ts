import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lockFolder } from '../../../src-main/files/lock.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

it('is held once, and can be had again when it was let go', async () => {
  const folder = await temporaryFolder()
  const lock = await lockFolder(folder)
  expect(lock).not.toBeNull()
  expect(await lockFolder(folder)).toBeNull()
  await lock?.release()
  const again = await lockFolder(folder)
  expect(again).not.toBeNull()
  await again?.release()
})

it('is one of a folder, whatever path leads there, and leaves its neighbours alone', async () => {
  const parent = await temporaryFolder()
  await mkdir(join(parent, 'one'))
  await symlink(parent, join(parent, 'link'))
  const lock = await lockFolder(join(parent, 'one'))
  expect(await lockFolder(join(parent, 'link', '..', 'link', 'one'))).toBeNull()
  const neighbour = await lockFolder(join(parent, 'on'))
  expect(neighbour).not.toBeNull()
  await Promise.all([lock?.release(), neighbour?.release()])
})

it('holds a folder that is not there yet, leaves nothing in it, and still holds it when it is made', async () => {
  const parent = await temporaryFolder()
  const folder = join(parent, 'new', 'run')
  const lock = await lockFolder(folder)
  expect(await readdir(parent)).toEqual([])
  await mkdir(folder, { recursive: true })
  expect(await lockFolder(folder)).toBeNull()
  await lock?.release()
})

it('waits for a holder that is about to end, as long as it is told and no longer', async () => {
  const folder = await temporaryFolder()
  const lock = await lockFolder(folder)
  const started = Date.now()
  expect(await lockFolder(folder, 200)).toBeNull()
  expect(Date.now() - started).toBeGreaterThanOrEqual(200)
  setTimeout(() => void lock?.release(), 100)
  const waited = await lockFolder(folder, 5000)
  expect(waited).not.toBeNull()
  await waited?.release()
})
