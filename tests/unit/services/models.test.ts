import { cp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { lockFolder } from '../../../src-main/files/lock.ts'
import { createModels } from '../../../src-main/services/models.ts'
import { openSettingsStore } from '../../../src-main/services/settingsStore.ts'
import { serviceContext } from '../../support/serviceContext.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

async function openModels() {
  const context = await serviceContext()
  const trained: string[] = []
  const { handlers } = createModels(context, await openSettingsStore(context.dataFolder), { trained: () => trained })
  const folder = join(await temporaryFolder(), 'mine')
  await cp(resolve('resources/starter-model'), folder, { recursive: true })
  return { context, folder, trained, ...handlers }
}

it('a model of a folder is listed after the starter, and told to every window', async () => {
  const { 'models.add': add, folder, context } = await openModels()
  const models = await add({ folder })
  expect(models.map(({ id, source, problem }) => ({ id, source, problem }))).toEqual([
    { id: 'starter', source: 'built-in', problem: null },
    { id: folder, source: 'added', problem: null },
  ])
  expect(context.toldOf('models.changed')).toEqual([models])
})

it('a model whose folder is gone stays in the list with its problem', async () => {
  const { 'models.add': add, 'models.list': list, folder } = await openModels()
  await add({ folder })
  await rm(folder, { recursive: true })
  expect((await list(undefined))[1]?.problem).not.toBeNull()
})

it('taken off the list, its files stay', async () => {
  const { 'models.add': add, 'models.remove': remove, folder } = await openModels()
  await add({ folder })
  expect(await remove({ id: folder })).toHaveLength(1)
  expect(await readdir(folder)).toContain('model.safetensors')
})

it('deleted, it frees what the list said, and what was said to stay is what stays', async () => {
  const { 'models.add': add, 'models.files': filesOf, 'models.delete': remove, folder } = await openModels()
  await writeFile(join(folder, 'notes.txt'), 'mine')
  const size = (await add({ folder }))[1]?.size
  const { files, others } = await filesOf({ id: folder })
  expect(files.map(({ name }) => name)).toEqual([
    'model.safetensors',
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ])
  expect((await remove({ id: folder })).freed).toBe(size)
  expect(files.reduce((sum, file) => sum + file.size, 0)).toBe(size)
  expect((await readdir(folder)).sort()).toEqual(others.sort())
  expect(others).toEqual(['README.md', 'loss.svg', 'notes.txt'])
})

it('deleted, its folder goes with it where nothing else lies in it', async () => {
  const { 'models.add': add, 'models.delete': remove, folder } = await openModels()
  for (const name of ['README.md', 'loss.svg']) await rm(join(folder, name))
  await add({ folder })
  await remove({ id: folder })
  await expect(readdir(folder)).rejects.toThrow('ENOENT')
})

it('is not deleted while a training needs it or goes on in its folder', async () => {
  const { 'models.add': add, 'models.delete': remove, folder, trained } = await openModels()
  await add({ folder })
  trained.push(folder)
  await expect(remove({ id: folder })).rejects.toEqual(refusal('models/in-use', { folder }))
  trained.pop()
  const lock = await lockFolder(folder)
  await expect(remove({ id: folder })).rejects.toEqual(refusal('runs/in-use', { folder }))
  await lock?.release()
  expect(await readdir(folder)).toContain('model.safetensors')
  expect((await remove({ id: folder })).models).toHaveLength(1)
})

it('what another program adds meanwhile is in the list, and stays there', async () => {
  const { 'models.add': add, 'models.list': list, folder, context } = await openModels()
  const other = createModels(context, await openSettingsStore(context.dataFolder), { trained: () => [] }).handlers
  const second = join(folder, '..', 'second')
  await cp(folder, second, { recursive: true })
  await other['models.add']({ folder })
  expect((await list(undefined)).map(({ id }) => id)).toEqual(['starter', folder])
  expect((await add({ folder: second })).map(({ id }) => id)).toEqual(['starter', folder, second])
  expect((await other['models.list'](undefined)).map(({ id }) => id)).toEqual(['starter', folder, second])
})

it('the model that ships with the app is never deleted, not even by its folder', async () => {
  const { 'models.add': add, 'models.delete': remove } = await openModels()
  const shipped = resolve('resources/starter-model')
  const link = join(await temporaryFolder(), 'link')
  await symlink(shipped, link)
  for (const folder of [shipped, link]) expect(await add({ folder })).toHaveLength(1)
  for (const id of ['starter', shipped]) await expect(remove({ id })).rejects.toEqual(refusal('models/not-added', { folder: id }))
})
