import { spawn } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { look, openEditing, takeAction } from './editingSession.ts'

/** How often the process is killed; `TUNEDESK_KILLS=50` is the long form of this test. */
const KILLS = Number(process.env['TUNEDESK_KILLS'] ?? 6)
const SCRIPT = fileURLToPath(new URL('editingProcess.ts', import.meta.url))

/** Edits on from an action, and is killed some milliseconds after some edits. @returns the last action that was reported as done, or null */
async function editUntilKilled(folder: string, first: number, edits: number, milliseconds: number): Promise<number | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  let done: number | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    done = Number(line)
    if (done === first + edits - 1) void delay(milliseconds).then(() => child.kill('SIGKILL'))
  }
  expect(await exited, 'ended by itself').toBeNull()
  return done
}

test(`an editor that is killed at ${KILLS} random moments has lost nothing that it reported as done`, async () => {
  const folder = join(await temporaryFolder(), 'project')
  const expected = await openEditing(join(await temporaryFolder(), 'project'))
  let next = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const edits = 1 + Math.floor(Math.random() * 20)
    const milliseconds = Math.random() * 40
    const where = `from action ${next}, killed ${milliseconds} ms after ${edits} edits`
    const done = await editUntilKilled(folder, next, edits, milliseconds)
    for (; next <= (done ?? -1); next++) await takeAction(expected, next)

    // Looked at in a copy: the next sitting begins with what the kill has left.
    const copy = `${folder}-copy`
    await cp(folder, copy, { recursive: true })
    const found = await openEditing(copy)
    expect(found.state().notices, where).toEqual([])
    if (look(found) !== look(expected)) {
      // The one edit that was not reported any more is there or is not.
      await takeAction(expected, next++)
      expect(look(found), where).toBe(look(expected))
    }
    await found.close()
    await rm(copy, { recursive: true })
  }
  await expected.close()
})
