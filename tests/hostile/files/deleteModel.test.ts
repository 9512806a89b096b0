import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteModel } from '../../../src-main/files/deleteModel.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}
const indexOf = (...shards: string[]): string =>
  JSON.stringify({ weight_map: Object.fromEntries(shards.map((shard, i) => [`tensor.${i}`, shard])) })

describe('deleting a model deletes its files and no others', () => {
  it('leaves what people read or have put beside them', async () => {
    const mine = {
      'README.md': '---\nlicense: mit\n---',
      LICENSE: 'MIT',
      'my-config.json': '{}',
      'tokenizer-notes.json': '{}',
      'adapter_model.safetensors': 'mine',
      'pytorch_model.bin': 'another format',
      '.gitattributes': '*.safetensors filter=lfs',
    }
    const folder = await folderWith({ ...mine, 'config.json': '{}', 'model.safetensors': '12345', 'vocab.json': '{}' })
    expect(await deleteModel(folder)).toBe(9)
    expect((await readdir(folder)).sort()).toEqual(Object.keys(mine).sort())
  })

  it('takes of an index’s list only weights of this folder', async () => {
    const outside = await folderWith({ 'precious.safetensors': 'precious' })
    const folder = await folderWith({ 'part-a.safetensors': '1', 'notes.txt': 'mine', 'other.safetensors': 'mine' })
    const listed = ['part-a.safetensors', 'notes.txt', join(outside, 'precious.safetensors'), '../precious.safetensors']
    await writeFile(join(folder, 'model.safetensors.index.json'), indexOf(...listed))
    await deleteModel(folder)
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'other.safetensors'])
    expect(await readdir(outside)).toEqual(['precious.safetensors'])
  })

  it('knows shards by their name where the index is damaged', async () => {
    const folder = await folderWith({ 'model-00001-of-00002.safetensors': '1', 'model.safetensors.index.json': '{' })
    expect(await deleteModel(folder)).toBe(2)
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  it('refuses links, of which nobody knows whose files they are, before anything is deleted', async () => {
    const elsewhere = await folderWith({ blob: 'precious' })
    const folder = await folderWith({ 'model.safetensors': '1' })
    await symlink(join(elsewhere, 'blob'), join(folder, 'config.json'))
    await expect(deleteModel(folder)).rejects.toEqual(refusal('models/links', { path: join(folder, 'config.json') }))
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors'])
    expect(await readFile(join(elsewhere, 'blob'), 'utf8')).toBe('precious')
  })

  it('leaves a folder that has a file’s name', async () => {
    const folder = await folderWith({ 'model.safetensors': '1' })
    await mkdir(join(folder, 'tokenizer.json'))
    await writeFile(join(folder, 'tokenizer.json', 'mine'), 'mine')
    await deleteModel(folder)
    expect(await readdir(join(folder, 'tokenizer.json'))).toEqual(['mine'])
  })

  // The superuser may delete anything.
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('says which file it could not delete', async () => {
    const folder = await folderWith({ 'model.safetensors': '1' })
    await chmod(folder, 0o500)
    await expect(deleteModel(folder)).rejects.toEqual(
      refusal('models/cannot-delete', { path: join(folder, 'model.safetensors'), reason: 'EACCES' }),
    )
    await chmod(folder, 0o700)
  })
})
