import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineEnvironment } from '../../src-main/host/engineEnvironment.ts'
import { BENCH_SETTINGS, LORA, type Measurement, type MeasurementTask } from './measurement.ts'

const besideThis = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export const measureTuneDesk = (task: Omit<MeasurementTask, 'started'>): Promise<Measurement> =>
  runMeasured(process.execPath, ['--import', 'tsx', besideThis('measure.ts')], task)

export const measureTrainer = (python: string, task: Omit<MeasurementTask, 'started'>): Promise<Measurement> =>
  runMeasured(python, [besideThis('measure_trainer.py')], task)

/** Scripts of this folder, which get their task on standard input and write their answer to the file that they are named. */
export const runNode = <Answer>(script: string, task: object): Promise<Answer> =>
  askProcess<Answer>(process.execPath, ['--import', 'tsx', besideThis(script)], task)

export const runPython = <Answer>(python: string, script: string, task: object): Promise<Answer> =>
  askProcess<Answer>(python, [besideThis(script)], task)

/** Runs a process that measures itself, and waits for its answer. */
const runMeasured = (program: string, words: string[], task: Omit<MeasurementTask, 'started'>): Promise<Measurement> =>
  askProcess<Measurement>(program, words, { ...task, settings: BENCH_SETTINGS, lora: LORA, started: Date.now() })

async function askProcess<Answer>(program: string, words: string[], task: object): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'tunedesk-'))
  const answer = join(folder, 'answer.json')
  try {
    await new Promise<void>((resolve, reject) => {
      const env = program === process.execPath ? engineEnvironment() : process.env
      const child = spawn(program, [...words, answer], { env, stdio: ['pipe', 'ignore', 'pipe'] })
      const said: Buffer[] = []
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
      child.on('error', reject)
      child.on('close', (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`${program} ended with ${signal ?? code ?? ''}:\n${Buffer.concat(said).toString()}`))
      })
      child.stdin.end(JSON.stringify(task))
    })
    return JSON.parse(readFileSync(answer, 'utf8')) as Answer
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
