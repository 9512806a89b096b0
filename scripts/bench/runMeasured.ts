import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BENCH_SETTINGS, type Measurement, type MeasurementTask } from './measurement.ts'

const besideThis = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export const measureTuneDesk = (task: Omit<MeasurementTask, 'started'>): Promise<Measurement> =>
  runMeasured(process.execPath, ['--import', 'tsx', besideThis('measure.ts')], task)

export const measureTrainer = (python: string, task: Omit<MeasurementTask, 'started'>): Promise<Measurement> =>
  runMeasured(python, [besideThis('measure_trainer.py')], task)

/** Runs a process that measures itself, and waits for its answer. */
async function runMeasured(program: string, words: string[], task: Omit<MeasurementTask, 'started'>): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'tunedesk-'))
  const answer = join(folder, 'answer.json')
  try {
    const complete = { ...task, settings: BENCH_SETTINGS, started: Date.now() }
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, [...words, answer], { stdio: ['pipe', 'ignore', 'pipe'] })
      const said: Buffer[] = []
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
      child.on('error', reject)
      child.on('close', (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`${program} ended with ${signal ?? code ?? ''}:\n${Buffer.concat(said).toString()}`))
      })
      child.stdin.end(JSON.stringify(complete))
    })
    return JSON.parse(readFileSync(answer, 'utf8')) as Measurement
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
