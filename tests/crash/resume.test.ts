import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { TrainingEvent } from '../../src-main/engine/6-train/runRecorder.ts'
import { RESULTS_FILE } from '../../src-main/engine/7-record/runRecorder.ts'
import { readJournal } from '../../src-main/files/journal.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** How often the process is killed; `TUNEDESK_KILLS=50` is the long form of this test. */
const KILLS = Number(process.env['TUNEDESK_KILLS'] ?? 6)
const SCRIPT = fileURLToPath(new URL('trainingProcess.ts', import.meta.url))

/** Events and milliseconds after which to kill; null leaves the process alone. */
interface Kill {
  events: number
  milliseconds: number
}

interface Sitting {
  events: TrainingEvent[]
  exitCode: number | null
}

async function sit(folder: string, mode: 'begin' | 'resume', kill: Kill | null): Promise<Sitting> {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const events: TrainingEvent[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    // Killed in the middle of a line: its event did not arrive.
    if (line.endsWith('}')) events.push(JSON.parse(line) as TrainingEvent)
    if (events.length === kill?.events) void delay(kill.milliseconds).then(() => child.kill('SIGKILL'))
  }
  return { events, exitCode: await exited }
}

const isWallClock = (name: string): boolean => /_runtime$|_per_second$/.test(name)
const metricsOf = async (folder: string) =>
  (await readJournal(join(folder, 'metrics.jsonl'))).map((line) =>
    Object.fromEntries(Object.entries(line as object).filter(([name]) => !isWallClock(name))),
  )

test(`runs killed at ${KILLS} random moments end in the bytes of one that never was`, async () => {
  const whole = await temporaryFolder()
  expect((await sit(whole, 'begin', null)).exitCode).toBe(0)
  for (let left = KILLS; left > 0;) left -= await compareKilledRun(whole, left)
})

/** One run, killed until it is through or the kills are used up. @returns how often it was killed */
async function compareKilledRun(whole: string, mostKills: number): Promise<number> {
  const folder = await temporaryFolder()
  const kills: Kill[] = []
  let savedStep = 0
  for (let isFinished = false; !isFinished;) {
    // Soon enough that a run is killed several times, and now and then in the midst of a write.
    const kill =
      kills.length < mostKills ? { events: 1 + Math.floor(Math.random() * 14), milliseconds: Math.random() * 30 } : null
    const { events, exitCode } = await sit(folder, kills.length === 0 ? 'begin' : 'resume', kill)
    const where = `killed at ${JSON.stringify(kills)}`
    const [start] = events
    if (start?.kind === 'start') expect(start.step, `saved steps are lost, ${where}`).toBeGreaterThanOrEqual(savedStep)
    for (const event of events) if (event.kind === 'checkpoint') savedStep = Math.max(savedStep, event.step)
    isFinished = existsSync(join(folder, RESULTS_FILE)) // also where it was killed behind that
    expect(isFinished || exitCode === null, `a sitting failed by itself, ${where}`).toBe(true)
    if (!isFinished && kill) kills.push(kill)
  }
  const where = `killed at ${JSON.stringify(kills)}`
  const last = `checkpoint-${savedStep}`
  for (const name of ['model.safetensors', `${last}/model.safetensors`, `${last}/optimizer.safetensors`])
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(whole, name))), `${name}, ${where}`).toBe(true)
  expect(await metricsOf(folder), where).toEqual(await metricsOf(whole))
  return kills.length
}
