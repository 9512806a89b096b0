import { fc, test } from '@fast-check/vitest'
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOfAtomicFiles, writeFileAtomically } from '../../../src-main/files/atomicFile.ts'
import { nodeFileSystem } from '../../../src-main/files/fileSystem.ts'
import { failingFileSystem, forgetfulDisk, shortWritingFileSystem } from '../../support/fragileFileSystem.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const inPieces = (text: string) => async (write: (bytes: Uint8Array) => Promise<void>) => {
  for (const character of text) await write(new TextEncoder().encode(character))
}

it('writes text, bytes and streams, into folders that it makes', async () => {
  const folder = join(await temporaryFolder(), 'a', 'b')
  await writeFileAtomically(join(folder, 'text'), '文字')
  await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(0, 255))
  await folderOfAtomicFiles(folder).write('stream', inPieces('piece by piece'))
  expect(await readFile(join(folder, 'text'), 'utf8')).toBe('文字')
  expect([...(await readFile(join(folder, 'bytes')))]).toEqual([0, 255])
  expect(await readFile(join(folder, 'stream'), 'utf8')).toBe('piece by piece')
  expect((await readdir(folder)).sort()).toEqual(['bytes', 'stream', 'text'])
})

describe('an error at the 1st, 2nd, 3rd … call to the file system, until none is left', () => {
  it.each(['ENOSPC', 'EIO'])('%s: the file has its old content or the new, and nothing is left beside it', async (code) => {
    const path = join(await temporaryFolder(), 'file')
    for (let failAt = 1; ; failAt++) {
      await writeFile(path, 'old')
      const fileSystem = failingFileSystem(nodeFileSystem, failAt, code)
      const error: unknown = await writeFileAtomically(path, inPieces('new'), fileSystem).catch((reason: unknown) => reason)
      if (error === undefined) {
        expect(failAt).toBeGreaterThan(8)
        break
      }
      expect(error).toEqual(refusal(code === 'ENOSPC' ? 'files/disk-full' : 'files/cannot-write', { path }))
      expect(['old', 'new']).toContain(await readFile(path, 'utf8'))
      expect(await readdir(join(path, '..'))).toEqual(['file'])
    }
    expect(await readFile(path, 'utf8')).toBe('new')
  })
})

it('a disk that takes one byte at a time gets all of them', async () => {
  const path = join(await temporaryFolder(), 'file')
  await writeFileAtomically(path, 'all of it', shortWritingFileSystem(nodeFileSystem, 1))
  expect(await readFile(path, 'utf8')).toBe('all of it')
})

test.prop([fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.boolean())], { numRuns: 100 })(
  'the machine dies at any call: the file is the old one or the new one, and the new one once it was reported',
  async (when, chances) => {
    const place = await temporaryFolder()
    const disk = forgetfulDisk()
    await writeFileAtomically('/folder/file', 'the old content', disk.fileSystem)
    const reported = await writeFileAtomically(
      '/folder/file',
      inPieces('the new one'),
      failingFileSystem(disk.fileSystem, when, 'EIO'),
    ).then(
      () => true,
      () => false,
    )
    await disk.dieInto(place, () => chances.next().value as boolean)
    const content = await readFile(join(place, 'folder', 'file'), 'utf8')
    expect(reported ? ['the new one'] : ['the old content', 'the new one']).toContain(content)
    await rm(place, { recursive: true })
  },
)

it('a link planted under the temporary name is replaced, not followed', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'victim'), 'untouched')
  await symlink(join(folder, 'victim'), join(folder, '.file.tmp'))
  await writeFileAtomically(join(folder, 'file'), 'new')
  expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched')
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new')
})

it.skipIf(process.getuid?.() === 0)('a read-only folder is an error of the book', async () => {
  const folder = join(await temporaryFolder(), 'locked')
  await mkdir(folder)
  await chmod(folder, 0o500)
  const path = join(folder, 'file')
  await expect(writeFileAtomically(path, 'x')).rejects.toEqual(refusal('files/cannot-write', { path, reason: 'EACCES' }))
})
