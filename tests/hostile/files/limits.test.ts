import { open, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOfAtomicFiles } from '../../../src-main/files/atomicFile.ts'
import { openJournal, readJournal } from '../../../src-main/files/journal.ts'
import {
  MAX_FOLDER_ENTRIES,
  MAX_JOURNAL,
  MAX_MANIFEST,
  MAX_README,
  MAX_SIDE_FILE,
  MAX_TOKENIZER_JSON,
} from '../../../src-main/files/limits.ts'
import { verifyFolder } from '../../../src-main/files/manifest.ts'
import { copySideFiles, readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A file that says it is this long; on the disk it takes nothing. */
async function fileOf(path: string, size: number): Promise<void> {
  const file = await open(path, 'w')
  await file.truncate(size)
  await file.close()
}

async function modelFolder(): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'config.json'), '{}')
  await writeFile(join(folder, 'tokenizer.json'), '{}')
  return folder
}

describe('a file beyond its limit is refused before any of it is read', () => {
  it('tokenizer.json', async () => {
    const folder = await modelFolder()
    await fileOf(join(folder, 'tokenizer.json'), MAX_TOKENIZER_JSON + 1)
    await expect(readModelFolder(folder)).rejects.toEqual(refusal('files/too-large', { limit: MAX_TOKENIZER_JSON }))
  })

  it.each(['generation_config.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'])(
    '%s',
    async (name) => {
      const folder = await modelFolder()
      await fileOf(join(folder, name), 10_000_001)
      await expect(readModelFolder(folder)).rejects.toEqual(refusal('files/too-large', { size: 10_000_001 }))
    },
  )

  it('a file that would be copied along', async () => {
    const folder = await modelFolder()
    await fileOf(join(folder, 'vocab.json'), MAX_SIDE_FILE + 1)
    const target = await temporaryFolder()
    await expect(copySideFiles(folder, folderOfAtomicFiles(target))).rejects.toEqual(
      refusal('files/too-large', { file: 'vocab.json' }),
    )
    expect(await readdir(target)).not.toContain('vocab.json')
  })

  it('a journal, which is left as it is', async () => {
    const path = join(await temporaryFolder(), 'journal')
    await fileOf(path, MAX_JOURNAL + 1)
    await expect(openJournal(path)).rejects.toEqual(refusal('files/too-large', { size: MAX_JOURNAL + 1 }))
    await expect(readJournal(path)).rejects.toEqual(refusal('files/too-large'))
  })

  it('a manifest', async () => {
    const folder = await temporaryFolder()
    await fileOf(join(folder, 'manifest.json'), MAX_MANIFEST + 1)
    await expect(verifyFolder(folder)).rejects.toEqual(refusal('files/damaged-folder', { file: 'manifest.json' }))
  })
})

it('a README beyond its limit, or that is no text, costs the license and nothing else', async () => {
  const folder = await modelFolder()
  await fileOf(join(folder, 'README.md'), MAX_README + 1)
  expect((await readModelFolder(folder)).license).toBeNull()
  await writeFile(join(folder, 'README.md'), Uint8Array.of(0xff, 0xfe))
  expect((await readModelFolder(folder)).license).toBeNull()
})

it('a folder of thousands of files without weights is not searched to its end', async () => {
  const folder = await temporaryFolder()
  await Promise.all(
    Array.from({ length: MAX_FOLDER_ENTRIES + 1 }, (_, i) => writeFile(join(folder, String(i).padStart(6, '0')), '')),
  )
  await expect(openWeights(folder)).rejects.toEqual(refusal('weights/not-found', { folder }))
})
