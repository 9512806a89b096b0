import { fc, test } from '@fast-check/vitest'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeFileSystem } from '../../../src-main/files/fileSystem.ts'
import { openJournal, readJournal } from '../../../src-main/files/journal.ts'
import { failingFileSystem, forgetfulDisk, shortWritingFileSystem } from '../../support/fragileFileSystem.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const steps = (count: number) => Array.from({ length: count }, (_, step) => ({ step, text: `第 ${step} 步 "\n` }))
async function journalOf(count: number): Promise<string> {
  const path = join(await temporaryFolder(), 'run', 'metrics.jsonl')
  const journal = await openJournal(path)
  for (const entry of steps(count)) await journal.append(entry)
  await journal.close()
  return path
}
const reopen = async (path: string) => {
  const journal = await openJournal(path)
  await journal.close()
  return journal
}

it('gives back what was appended, and any reader of JSONL can read it', async () => {
  const path = await journalOf(3)
  const journal = await openJournal(path)
  expect(journal.entries).toEqual(steps(3))
  expect(journal.warning).toBeNull()
  await journal.append({})
  await journal.close()
  expect(await readJournal(path)).toEqual([...steps(3), {}])
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { step?: number }).step)).toEqual([0, 1, 2, undefined])
})

it('lines that are appended without waiting come in order', async () => {
  const path = join(await temporaryFolder(), 'journal')
  const journal = await openJournal(path)
  await Promise.all(steps(20).map((entry) => journal.append(entry)))
  await journal.sync()
  await journal.close()
  expect(await readJournal(path)).toEqual(steps(20))
})

it('a resumed run forgets what came after its checkpoint, on the disk as well', async () => {
  const path = await journalOf(5)
  const journal = await openJournal(path, { keep: (entry) => (entry as { step: number }).step <= 2 })
  expect(journal.entries).toEqual(steps(3))
  await journal.append({ step: 3, text: 'again' })
  await journal.close()
  expect(await readJournal(path)).toEqual([...steps(3), { step: 3, text: 'again' }])
})

describe('a torn tail', () => {
  it('is cut off at whatever byte it was torn, and the rest is kept', async () => {
    const path = await journalOf(3)
    const whole = await readFile(path)
    const lineEnds = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([i]) => i + 1)
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const kept = lineEnds.filter((end) => end <= length).length
      const journal = await reopen(path)
      expect(journal.entries).toEqual(steps(kept))
      expect(journal.warning).toBeNull()
      expect((await readFile(path)).length).toBe(lineEnds[kept - 1] ?? 0)
    }
  })

  it('of zeros, as some file systems leave it, is one', async () => {
    const path = await journalOf(2)
    await appendFile(path, new Uint8Array(4096))
    const journal = await reopen(path)
    expect(journal.entries).toEqual(steps(2))
    expect(await readJournal(path)).toEqual(steps(2))
  })

  it('is not cut by somebody who only reads', async () => {
    const path = await journalOf(2)
    await appendFile(path, '{"step":2,"te')
    const before = await readFile(path)
    expect(await readJournal(path)).toEqual(steps(2))
    expect((await readFile(path)).equals(before)).toBe(true)
  })
})

test.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])('one changed byte is found, whichever it is', async (place, change) => {
  const path = await journalOf(3)
  const bytes = await readFile(path)
  const at = place % bytes.length
  bytes[at] = (bytes[at] ?? 0) ^ change
  await writeFile(path, bytes)
  const { entries } = await reopen(path)
  expect(entries.length).toBeLessThan(3)
  expect(entries).toEqual(steps(entries.length))
  await rm(join(path, '..'), { recursive: true })
})

it('what stands after damage in the middle is put aside and not thrown away', async () => {
  const path = await journalOf(4)
  const lines = (await readFile(path, 'utf8')).split('\n')
  lines[1] = (lines[1] ?? '').replace('第 1 步', '第 9 步')
  await writeFile(path, lines.join('\n'))
  const journal = await reopen(path)
  expect(journal.entries).toEqual(steps(1))
  const aside = `${path}.damaged-at-${Buffer.byteLength(`${lines[0]}\n`)}`
  expect(journal.warning).toEqual(refusal('files/damaged-journal', { file: path, line: 2, aside }))
  expect(await readFile(aside, 'utf8')).toBe(lines.slice(1).join('\n'))
  expect(await readJournal(path)).toEqual(steps(1))
})

describe('an error at the 1st, 2nd, 3rd … call to the file system, until none is left', () => {
  it('every line that was reported as appended is there, no other, and the journal can go on', async () => {
    for (let failAt = 1; ; failAt++) {
      const path = join(await temporaryFolder(), 'journal')
      const fileSystem = failingFileSystem(shortWritingFileSystem(nodeFileSystem, 7), failAt, 'ENOSPC')
      const journal = await openJournal(path, { fileSystem }).catch((error: unknown) => {
        expect(error).toEqual(refusal('files/disk-full', { path }))
        return null
      })
      const reported: unknown[] = []
      for (const entry of journal ? steps(4) : []) {
        await journal?.append(entry).then(
          () => reported.push(entry),
          (error: unknown) => expect(error).toEqual(refusal('files/disk-full', { path })),
        )
      }
      await journal?.close()
      if (journal) expect(await readJournal(path)).toEqual(reported)
      const again = await openJournal(path)
      await again.append({ step: 99 })
      await again.close()
      expect(await readJournal(path)).toEqual([...reported, { step: 99 }])
      if (fileSystem.calls < failAt) break
    }
  })

  it('after a failed sync nothing more is taken: what the disk has is unknown', async () => {
    const disk = forgetfulDisk()
    let fails = false
    const fileSystem = {
      ...disk.fileSystem,
      open: async (...arguments_: Parameters<typeof nodeFileSystem.open>) => {
        const file = await disk.fileSystem.open(...arguments_)
        return { ...file, sync: () => (fails ? Promise.reject(Object.assign(new Error(), { code: 'EIO' })) : file.sync()) }
      },
    }
    const journal = await openJournal('/journal', { fileSystem })
    await journal.append({ step: 0 })
    fails = true
    await expect(journal.sync()).rejects.toEqual(refusal('files/cannot-write', { reason: 'EIO' }))
    fails = false
    await expect(journal.append({ step: 1 })).rejects.toEqual(refusal('files/cannot-write', { reason: 'EIO' }))
    await expect(journal.sync()).rejects.toEqual(refusal('files/cannot-write', { reason: 'EIO' }))
  })
})

test.prop([fc.nat(6), fc.infiniteStream(fc.boolean())], { numRuns: 100 })(
  'the machine dies: all lines up to the last sync are there, and of those after it a beginning',
  async (synced, chances) => {
    const place = await temporaryFolder()
    const disk = forgetfulDisk()
    const journal = await openJournal('/run/journal', { fileSystem: disk.fileSystem })
    for (const [i, entry] of steps(6).entries()) {
      await journal.append(entry)
      if (i + 1 === synced) await journal.sync()
    }
    await disk.dieInto(place, () => chances.next().value as boolean)
    const { entries, warning } = await reopen(join(place, 'run', 'journal'))
    expect(entries.length).toBeGreaterThanOrEqual(synced)
    expect(entries).toEqual(steps(entries.length))
    expect(warning).toBeNull()
    await rm(place, { recursive: true })
  },
)
