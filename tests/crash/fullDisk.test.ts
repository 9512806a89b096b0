import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRun } from '../../src-main/engine/7-record/openRun.ts'
import { nodeFileSystem } from '../../src-main/files/fileSystem.ts'
import { failingFileSystem } from '../support/fragileFileSystem.ts'
import { beginRun, resumeRun } from '../support/recordedRun.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** Every call to the file system fails once in the long form of this test, `TUNEDESK_EVERY_WRITE=1`; else every seventh. */
const STRIDE = process.env['TUNEDESK_EVERY_WRITE'] ? 1 : 7
const SETTINGS = { max_steps: 4, logging_steps: 2, save_steps: 2, save_total_limit: 1 } as const

test('a disk that is full at the 1st, 2nd, 3rd … write costs no checkpoint, and the run goes on when there is room', async () => {
  const whole = await temporaryFolder()
  await beginRun(whole, SETTINGS)
  const expected = await readFile(join(whole, 'model.safetensors'))
  let failures = 0
  for (let failAt = 1; ; failAt += STRIDE) {
    const folder = await temporaryFolder()
    const fileSystem = failingFileSystem(nodeFileSystem, failAt, 'ENOSPC')
    let saved = 0
    const error: unknown = await beginRun(folder, SETTINGS, {
      fileSystem,
      onEvent: (event) => {
        if (event.kind === 'checkpoint') saved = event.step
      },
    }).catch((reason: unknown) => reason)
    if (fileSystem.calls < failAt) break

    if (error instanceof Error) {
      failures++
      expect(error, `call ${failAt}`).toMatchObject({ code: 'files/disk-full' })
      const run = await openRun(folder)
      expect(run.damaged, `call ${failAt}`).toEqual([])
      expect(run.checkpoint?.step ?? 0, `call ${failAt}`).toBeGreaterThanOrEqual(saved)
      if (!run.isFinished) await resumeRun(folder)
    }
    expect((await readFile(join(folder, 'model.safetensors'))).equals(expected), `call ${failAt}`).toBe(true)
    await rm(folder, { recursive: true })
  }
  expect(failures).toBeGreaterThan(60 / STRIDE)
})
