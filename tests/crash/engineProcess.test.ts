import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createEngine, type EngineOptions } from '../../src-main/host/createEngine.ts'
import type { Engine } from '../../src-main/host/engine.ts'
import { forkEngine } from '../../src-main/host/forkEngine.ts'
import type { JobEvent } from '../../src-main/jobs/jobs.ts'
import { resumeRun, startRun } from '../../src-main/jobs/runs.ts'
import type { TrainingRequest } from '../../src-main/jobs/trainingRequest.ts'
import { goldenFolder } from '../golden/golden.ts'
import { refusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const OWNER = fileURLToPath(new URL('engineOwner.ts', import.meta.url))
const SAVE_STEPS = 4

const requestInto = (output: string): TrainingRequest => ({
  data: 'tests/fixtures/poems.json',
  model: goldenFolder('qwen2'),
  output,
  settings: {
    max_steps: 120,
    learning_rate: 1e-3,
    logging_steps: 10,
    save_strategy: 'steps',
    save_steps: SAVE_STEPS,
    save_total_limit: 2,
  },
})

/** A real engine and, of each of its processes, the number. */
function openEngine(options: Omit<EngineOptions, 'spawn'> = {}): { engine: Engine; pids: number[] } {
  const fork = forkEngine(['--import', 'tsx'])
  const pids: number[] = []
  const engine = createEngine({
    ...options,
    spawn(log) {
      const child = fork(log)
      if (child.pid !== undefined) pids.push(child.pid)
      return child
    },
  })
  onTestFinished(() => engine.close())
  return { engine, pids }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Milliseconds until a process is gone; those of `bound` where it stays. */
async function goneWithin(pid: number, bound: number): Promise<number> {
  const started = performance.now()
  while (isAlive(pid) && performance.now() - started < bound) await delay(20)
  return performance.now() - started
}

const modelOf = (folder: string): Promise<Buffer> => readFile(join(folder, 'model.safetensors'))

/** The model of a run that nothing disturbed, in this very process. */
let expected: Buffer
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  await startRun(requestInto(folder))
  expected = await modelOf(folder)
  await rm(folder, { recursive: true })
})

type Event = JobEvent<'train'>

/** Trains until the run has come to a step, sends the engine's process a signal, and waits for how that ends. @returns error, last step, last checkpoint */
async function disturb(engine: Engine, pids: number[], folder: string, signal: NodeJS.Signals) {
  let step = 0
  let safe = 0
  const onEvent = (event: Event): void => {
    if (event.kind === 'checkpoint') safe = event.step
    if (event.kind !== 'progress') return
    step = event.step
    if (step === 2 * SAVE_STEPS + 1) process.kill(pids.at(-1) ?? NaN, signal)
  }
  const error: unknown = await engine.run('train', requestInto(folder), { onEvent }).catch((reason: unknown) => reason)
  return { error, step, safe }
}

describe('an engine that is killed in the midst of a run', () => {
  it('ends the run with engine/ended; resumed in a new process, it gives the bytes of a run that never was killed', async () => {
    const { engine, pids } = openEngine()
    const folder = await temporaryFolder()
    const { error, step, safe } = await disturb(engine, pids, folder, 'SIGKILL')
    expect(error).toEqual(refusal('engine/ended', { reason: 'SIGKILL' }))
    expect(step).toBeGreaterThan(2 * SAVE_STEPS)
    expect(safe).toBeGreaterThanOrEqual(2 * SAVE_STEPS)

    let start = -1
    const onEvent = (event: Event): void => {
      if (event.kind === 'start') start = event.step
    }
    expect((await engine.run('resume', { folder }, { onEvent })).reason).toBe('finished')
    expect(start).toBeGreaterThanOrEqual(safe)
    expect(pids).toHaveLength(2)
    expect((await modelOf(folder)).equals(expected)).toBe(true)
  })

  it('is found to be hung where it is stopped, is killed, and the run goes on in a new one', async () => {
    const { engine, pids } = openEngine({ hungAfterSeconds: 12 })
    const folder = await temporaryFolder()
    const { error } = await disturb(engine, pids, folder, 'SIGSTOP')
    expect(error).toEqual(refusal('engine/ended', { reason: 'timeout: 12 s' }))
    expect(await goneWithin(pids[0] ?? NaN, 5000)).toBeLessThan(5000)
    expect((await engine.run('resume', { folder })).reason).toBe('finished')
    expect((await modelOf(folder)).equals(expected)).toBe(true)
  })

  it('is not started a seventh time within ten minutes', async () => {
    const { engine, pids } = openEngine()
    for (let ends = 1; ends <= 6; ends++) {
      const job = engine.run('measureMatmul', undefined).catch((reason: unknown) => reason)
      await delay(0)
      process.kill(pids.at(-1) ?? NaN, 'SIGKILL')
      expect(await job).toEqual(refusal('engine/ended', { reason: 'SIGKILL' }))
    }
    await expect(engine.run('measureMatmul', undefined)).rejects.toEqual(refusal('engine/keeps-ending', { times: 6 }))
    expect(pids).toHaveLength(6)
  })
})

describe('a program that is killed while its engine trains', () => {
  it('leaves no engine behind, and the run can be resumed at once', async () => {
    const folder = await temporaryFolder()
    const owner = spawn(process.execPath, ['--import', 'tsx', OWNER, JSON.stringify(requestInto(folder))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void owner.kill('SIGKILL'))
    let pid = NaN
    for await (const line of createInterface({ input: owner.stdout })) {
      const event = JSON.parse(line) as { pid?: number; kind?: string; step?: number }
      pid = event.pid ?? pid
      if (event.kind === 'progress' && event.step === 2 * SAVE_STEPS + 1) break
    }
    expect(isAlive(pid)).toBe(true)
    owner.kill('SIGKILL')
    expect((await resumeRun({ folder })).reason).toBe('finished')
    expect(await goneWithin(pid, 5000)).toBeLessThan(5000)
    expect((await modelOf(folder)).equals(expected)).toBe(true)
  })
})

describe('an engine that is asked to end', () => {
  it('stops a run at its next step with a checkpoint, takes no notice of a Ctrl-C of the terminal, and is gone', async () => {
    const { engine, pids } = openEngine()
    const folder = await temporaryFolder()
    let closed: Promise<void> | undefined
    const onEvent = (event: Event): void => {
      if (event.kind !== 'progress' || event.step !== 3) return
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pids[0] ?? NaN, signal)
      closed = engine.close()
    }
    const { reason, state } = await engine.run('train', requestInto(folder), { onEvent })
    expect(reason).toBe('stopped')
    await closed
    expect(isAlive(pids[0] ?? NaN)).toBe(false)
    expect(state.trainer.global_step).toBeGreaterThanOrEqual(3)
    await resumeRun({ folder })
    expect((await modelOf(folder)).equals(expected)).toBe(true)
  })
})

describe('the command line, whose engine is killed while it trains', () => {
  it('says how far the run came, how much of it is safe and how to go on', async () => {
    const folder = await temporaryFolder()
    const train = ['train', 'tests/fixtures/poems.json', '--model', goldenFolder('qwen2'), '--output', folder]
    const settings = ['max_steps=2000', 'save_strategy=steps', 'save_steps=4'].flatMap((setting) => ['--set', setting])
    const command = spawn(process.execPath, ['--import', 'tsx', 'src-main/cli/index.ts', ...train, ...settings, '--json'], {
      env: { ...process.env, LANG: 'en_US.UTF-8' },
    })
    onTestFinished(() => void command.kill('SIGKILL'))
    const exitCode = new Promise((resolve) => command.once('close', resolve))
    const said = text(command.stderr)
    const steps: number[] = []
    const saved: number[] = []
    for await (const line of createInterface({ input: command.stdout })) {
      const { event, step } = JSON.parse(line) as { event: string; step: number }
      if (event === 'progress' && steps.push(step) === 10) process.kill(engineOf(command.pid ?? NaN), 'SIGKILL')
      if (event === 'checkpoint') saved.push(step)
    }
    expect(await exitCode).toBe(3)
    const words = (await said).replace(/\s+/g, ' ')
    expect(words).toContain(`stopped at step ${steps.at(-1)}, because the program that computes ended (SIGKILL)`)
    expect(words).toContain(`safe up to step ${saved.at(-1)}.`)
    expect(words).toContain(`tunedesk resume ${folder}`)
  })
})

/** The number of the engine's process that another process has started. */
function engineOf(parent: number): number {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n')
  const engines = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, of, ...command]) => Number(of) === parent && command.some((word) => word.endsWith('engineProcess.ts')))
  expect(engines).toHaveLength(1)
  return Number(engines[0]?.[0])
}
