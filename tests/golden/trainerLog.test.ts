import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import type { LogLine, TrainerState } from '../../src-main/engine/6-train/runState.ts'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { train } from '../../src-main/engine/6-train/train.ts'
import { createMemoryRecorder } from '../support/memoryRecorder.ts'
import { goldenConfig, goldenWeights, readGolden, tokenised } from './golden.ts'

interface TrainerRun {
  settings: Record<string, unknown>
  masked: boolean
  trainer_state: TrainerState & { best_model_checkpoint: string | null }
  checkpoints: number[]
  weights_norm: number
}

const RUNS = JSON.parse(readFileSync(new URL('data/trainer_logs.json', import.meta.url), 'utf8')) as Record<string, TrainerRun>

/** Float32 noise, as data/README.md has it for a step's loss. */
const TOLERANCE = 1e-4
const INEXACT = ['loss', 'eval_loss', 'train_loss', 'grad_norm']

/** The rows and held-out rows of data/make_trainer_logs.py. */
function rowsOf({ masked }: TrainerRun) {
  const golden = readGolden('qwen2').accumulation.rows
  const pick = (index: number) => golden[index] ?? { input_ids: [], labels: [] }
  const nothing = { input_ids: pick(0).input_ids, labels: pick(0).input_ids.map(() => -100) }
  const added = masked ? [nothing] : []
  return {
    rows: [...golden, ...added].map(tokenised),
    heldOutRows: [...[4, 2, 0, 5, 1].map(pick), ...added].map(tokenised),
  }
}

function expectLine(actual: LogLine, expected: LogLine): void {
  const where = JSON.stringify(expected)
  for (const [key, value] of Object.entries(expected))
    if (INEXACT.includes(key))
      expect(Math.abs((actual[key] ?? NaN) - value) / Math.max(1, value), `${key} of ${where}`).toBeLessThan(TOLERANCE)
    else if (key === 'learning_rate') expect(actual[key], where).toBeCloseTo(value, 17)
    else expect(actual[key], `${key} of ${where}`).toBe(value)
}

describe('a run is the Trainer’s, line by line:', () => {
  test.each(Object.entries(RUNS))('%s', async (_, run) => {
    const model = await createDecoder(goldenConfig('qwen2'), await createOrtExecutor({ threads: 2 }), goldenWeights('qwen2'))
    const recorder = createMemoryRecorder()
    const { state } = await train({
      model,
      ...rowsOf(run),
      settings: createSettings(run.settings),
      recorder,
      clock: () => 0,
      memory: () => 0,
    })

    const { log_history, best_metric, best_model_checkpoint, ...exact } = run.trainer_state
    const { log_history: log, best_metric: metric, ...ours } = state.trainer
    expect(log).toHaveLength(log_history.length)
    log_history.forEach((line, index) => {
      expectLine(log[index] ?? { step: NaN, epoch: NaN }, line)
    })
    expect(exact).toMatchObject(ours)
    if (best_metric === null) expect(metric).toBeNull()
    else expect(Math.abs((metric ?? NaN) - best_metric)).toBeLessThan(TOLERANCE)
    expect(state.bestCheckpoint === null ? null : `checkpoint-${state.bestCheckpoint}`).toBe(best_model_checkpoint)
    expect([...recorder.checkpoints.keys()]).toEqual(run.checkpoints)

    let sumOfSquares = 0
    for await (const { data } of model.weights()) for (const value of data) sumOfSquares += value * value
    expect(Math.abs(Math.sqrt(sumOfSquares) - run.weights_norm)).toBeLessThan(1e-3)
    await model.dispose()
  })
})
