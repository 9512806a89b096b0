import { readdir, symlink, writeFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openScratchFile } from '../../../src-main/files/scratchFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

it('gives back what was put in, from wherever it begins, and leaves nothing', async () => {
  const folder = await temporaryFolder()
  const file = await openScratchFile(join(folder, 'scratch'))
  const [first, second] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)]
  const places = [await file.append(first), await file.append(second)]
  expect(places).toEqual([0, 3])
  const [read, across] = [new Uint8Array(2), new Uint8Array(3)]
  await file.read(read, 3)
  await file.read(across, 1)
  expect([read, across]).toEqual([second, Uint8Array.of(2, 3, 4)])
  await file.close()
  expect(await readdir(folder)).toEqual([])
})

it('refuses to read beyond what was written', async () => {
  const file = await openScratchFile(join(await temporaryFolder(), 'scratch'))
  await file.append(Uint8Array.of(1))
  await expect(file.read(new Uint8Array(2), 0)).rejects.toThrow(/shorter/)
  await file.close()
})

it.skipIf(process.platform === 'win32')('has no name while it is open: it ends with its process', async () => {
  const folder = await temporaryFolder()
  const file = await openScratchFile(join(folder, 'scratch'))
  await file.append(Uint8Array.of(1))
  expect(await readdir(folder)).toEqual([])
  await file.close()
})

it('takes the place of what was left under its name, and follows no link', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'scratch')
  const other = join(folder, 'other')
  await writeFile(other, 'mine')
  await symlink(other, path)
  const file = await openScratchFile(path)
  await file.append(Uint8Array.of(1))
  await file.close()
  expect(await readFile(other, 'utf8')).toBe('mine')
})
