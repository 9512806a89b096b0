import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Row } from '../../src-main/contract/row.ts'
import type { LogLine } from '../../src-main/engine/6-train/runState.ts'
import { startRun } from '../../src-main/jobs/runs.ts'

type Numbers = Record<string, number>

/** What a finished run leaves, ours or the Trainer's. */
export interface FinishedRun {
  trainer_state: Record<string, unknown> & { log_history: LogLine[]; best_metric: number | null }
  train_results: Numbers
  checkpoints: number[]
}

/** What python/train_reference.py is asked, and ours as well. */
export interface AskedRun {
  rows: readonly Row[]
  held_out_rows: readonly Row[]
  settings: Readonly<Record<string, unknown>>
  prompts: readonly string[]
  answer_length: number
}

const isClock = (key: string): boolean => /_(runtime|per_second)$/.test(key)
const withoutClocks = (numbers: Numbers): Numbers => Object.fromEntries(Object.entries(numbers).filter(([key]) => !isClock(key)))
/** Names of what is computed, and by how much more than a loss it feels the noise of the steps before. */
const INEXACT: Readonly<Record<string, number>> = { loss: 1, eval_loss: 1, train_loss: 1, grad_norm: 10 }

/** Trains as a person does, from files to a run folder `<folder>/run`. */
export async function trainHere(model: string, { rows, held_out_rows, settings }: AskedRun, folder: string): Promise<string> {
  const output = join(folder, 'run')
  const [data, heldOut] = [join(folder, 'rows.json'), join(folder, 'held-out.json')]
  await writeFile(data, JSON.stringify(rows))
  await writeFile(heldOut, JSON.stringify(held_out_rows))
  // Held-out rows alone would already mean an evaluation each epoch; the Trainer's default is none.
  const exact = { eval_strategy: 'no', ...settings }
  const { reason } = await startRun({ data, model, output, settings: exact, ...(held_out_rows.length > 0 ? { heldOut } : {}) })
  expect(reason).toBe('finished')
  return output
}

export async function readFinishedRun(folder: string): Promise<FinishedRun> {
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'))
  const names = await readdir(folder)
  return {
    trainer_state: (await json('trainer_state.json')) as FinishedRun['trainer_state'],
    train_results: (await json('train_results.json')) as Numbers,
    checkpoints: names
      .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b),
  }
}

/** Everything but the clocks, and the memory that the Trainer records on request only: losses within `tolerance` (of values above 1: relative), gradient norms within ten times that, all else equal. */
export function expectSameRun(ours: FinishedRun, theirs: FinishedRun, tolerance: number): void {
  expect(ours.trainer_state.log_history.map(keysOf)).toEqual(theirs.trainer_state.log_history.map(keysOf))
  theirs.trainer_state.log_history.forEach((line, index) => {
    expectNumbers(ours.trainer_state.log_history[index] ?? {}, line, tolerance)
  })
  expect(keysOf(ours.train_results)).toEqual(keysOf(theirs.train_results))
  expectNumbers(ours.train_results, theirs.train_results, tolerance)

  const { log_history: _, best_metric: ourBest, ...ourState } = ours.trainer_state
  const { log_history: __, best_metric: theirBest, ...theirState } = theirs.trainer_state
  // The Trainer lists its own callbacks and settings there, ours has none.
  expect({ ...ourState, stateful_callbacks: null }).toEqual({ ...theirState, stateful_callbacks: null })
  expect(ourBest === null).toBe(theirBest === null)
  if (ourBest !== null && theirBest !== null) expect(Math.abs(ourBest - theirBest)).toBeLessThan(tolerance)
  expect(ours.checkpoints).toEqual(theirs.checkpoints)
}

/** The Trainer's `skip_memory_metrics` leaves the memory out; ours is always there. */
const keysOf = (numbers: Numbers): string[] =>
  Object.keys(numbers)
    .filter((key) => !key.includes('_mem_cpu'))
    .sort()

function expectNumbers(actual: Numbers, expected: Numbers, tolerance: number): void {
  const where = JSON.stringify(expected)
  for (const [key, value] of Object.entries(withoutClocks(expected))) {
    const found = actual[key] ?? NaN
    if (key in INEXACT)
      expect(Math.abs(found - value) / Math.max(1, value), `${key} of ${where}`).toBeLessThan(tolerance * (INEXACT[key] ?? 0))
    else if (key === 'learning_rate') expect(found, where).toBeCloseTo(value, 17)
    else expect(found, `${key} of ${where}`).toBe(value)
  }
}
