import { fc, test } from '@fast-check/vitest'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { restoreFolder, writeFolder } from '../../../src-main/files/atomicFolder.ts'
import type { OutputFolder } from '../../../src-main/files/atomicFile.ts'
import { nodeFileSystem } from '../../../src-main/files/fileSystem.ts'
import { verifyFolder } from '../../../src-main/files/manifest.ts'
import { failingFileSystem, forgetfulDisk, shortWritingFileSystem } from '../../support/fragileFileSystem.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A checkpoint of two files, recognisable by its version. */
const checkpoint = (version: string) => async (output: OutputFolder) => {
  await output.write('weights', async (write) => {
    for (let i = 0; i < 3; i++) await write(new TextEncoder().encode(`${version} ${i};`))
  })
  await output.write('state.json', JSON.stringify({ version }))
}
const versionIn = async (folder: string): Promise<string> => {
  await verifyFolder(folder)
  const { version } = JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as { version: string }
  expect(await readFile(join(folder, 'weights'), 'utf8')).toBe(`${version} 0;${version} 1;${version} 2;`)
  return version
}

describe('an error at the 1st, 2nd, 3rd … call to the file system, until none is left', () => {
  it.each(['ENOSPC', 'EIO'])('%s: the old folder stays whole, and writing succeeds when the cause is gone', async (code) => {
    const folder = join(await temporaryFolder(), 'runs', 'checkpoint-1')
    await writeFolder(folder, checkpoint('old'))
    let failures = 0
    for (let failAt = 1; ; failAt++) {
      const fileSystem = failingFileSystem(nodeFileSystem, failAt, code)
      const failed = await writeFolder(folder, checkpoint('new'), fileSystem).then(
        () => false,
        (error: unknown) => {
          expect(error).toEqual(refusal(code === 'ENOSPC' ? 'files/disk-full' : 'files/cannot-write', { path: folder }))
          return true
        },
      )
      if (fileSystem.calls < failAt) break
      if (!failed) continue // the failing call was the removal of what had been replaced already
      failures++
      await restoreFolder(folder)
      expect(['old', 'new']).toContain(await versionIn(folder))
      await writeFolder(folder, checkpoint('old'))
      expect(await readdir(join(folder, '..'))).toEqual(['checkpoint-1'])
    }
    expect(failures).toBeGreaterThan(15)
  })

  it('the first checkpoint of a run: nothing appears under its name before it is whole', async () => {
    for (let failAt = 1; ; failAt++) {
      const folder = join(await temporaryFolder(), 'checkpoint-1')
      const fileSystem = failingFileSystem(nodeFileSystem, failAt, 'ENOSPC')
      const error: unknown = await writeFolder(folder, checkpoint('first'), fileSystem).catch((reason: unknown) => reason)
      if (error === undefined) break
      const there = await readdir(join(folder, '..'))
      if (there.includes('checkpoint-1')) expect(await versionIn(folder)).toBe('first')
    }
  })

  it('an error of the content is handed on as it is', async () => {
    const folder = join(await temporaryFolder(), 'checkpoint-1')
    const stopped = new Error('stopped')
    const writing = writeFolder(folder, () => Promise.reject(stopped))
    await expect(writing).rejects.toBe(stopped)
    expect(await readdir(join(folder, '..'))).toEqual([])
  })
})

it('a disk that takes a few bytes at a time gets all of them', async () => {
  const folder = join(await temporaryFolder(), 'checkpoint-1')
  await writeFolder(folder, checkpoint('short'), shortWritingFileSystem(nodeFileSystem, 3))
  expect(await versionIn(folder)).toBe('short')
})

describe('the machine dies at any call, and the disk keeps any mixture of what was not synced', () => {
  const deaths = { when: fc.integer({ min: 1, max: 60 }), seed: fc.infiniteStream(fc.boolean()) }

  test.prop([deaths.when, deaths.seed], { numRuns: 150 })(
    'the old checkpoint or the new one is there, whole',
    async (when, chances) => {
      const place = await temporaryFolder()
      const chance = (): boolean => chances.next().value as boolean
      const disk = forgetfulDisk()
      await writeFolder('/runs/checkpoint-1', checkpoint('old'), disk.fileSystem)
      await writeFolder('/runs/checkpoint-1', checkpoint('new'), failingFileSystem(disk.fileSystem, when, 'EIO')).catch(
        () => undefined,
      )
      await disk.dieInto(place, chance)

      const folder = join(place, 'runs', 'checkpoint-1')
      await restoreFolder(folder)
      expect(['old', 'new']).toContain(await versionIn(folder))
      await rm(place, { recursive: true })
    },
  )

  test.prop([deaths.seed], { numRuns: 50 })(
    'a checkpoint that was reported as written is there, whatever else is lost',
    async (chances) => {
      const place = await temporaryFolder()
      const disk = forgetfulDisk()
      await writeFolder('/runs/checkpoint-1', checkpoint('old'), disk.fileSystem)
      await writeFolder('/runs/checkpoint-1', checkpoint('new'), disk.fileSystem)
      await disk.dieInto(place, () => chances.next().value as boolean)
      const folder = join(place, 'runs', 'checkpoint-1')
      await restoreFolder(folder)
      expect(await versionIn(folder)).toBe('new')
      await rm(place, { recursive: true })
    },
  )
})

describe('a folder that is not as it was written does not verify', () => {
  const damaged = (file: string) => refusal('files/damaged-folder', { file })
  async function written(): Promise<string> {
    const folder = join(await temporaryFolder(), 'checkpoint-1')
    await writeFolder(folder, checkpoint('good'))
    return folder
  }

  it('one bit changed, cut short, grown, or gone', async () => {
    for (const spoil of [
      (path: string) => writeFile(path, 'good 0;good 1;good 3;'),
      (path: string) => writeFile(path, 'good 0;good 1;'),
      (path: string) => writeFile(path, '!', { flag: 'a' }),
      (path: string) => rm(path),
    ]) {
      const folder = await written()
      await spoil(join(folder, 'weights'))
      await expect(verifyFolder(folder)).rejects.toEqual(damaged('weights'))
    }
  })

  it('no manifest, half of one, another one, or one that points elsewhere', async () => {
    const folder = await written()
    const manifest = join(folder, 'manifest.json')
    const text = await readFile(manifest, 'utf8')
    const [weights = ''] = /[0-9a-f]{64}/.exec(text) ?? []
    for (const other of [
      text.slice(0, 50),
      '{}',
      '[]',
      text.replace('"version": 1', '"version": 2'),
      text.replace(weights, weights.toUpperCase()),
    ]) {
      await writeFile(manifest, other)
      await expect(verifyFolder(folder)).rejects.toEqual(damaged('manifest.json'))
    }
    await writeFile(manifest, text.replace('"weights"', '"../weights"'))
    await expect(verifyFolder(folder)).rejects.toEqual(damaged('../weights'))
    await rm(manifest)
    await expect(verifyFolder(folder)).rejects.toEqual(damaged('manifest.json'))
  })
})
