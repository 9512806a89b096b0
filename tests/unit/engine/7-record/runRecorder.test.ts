import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TuneDeskError } from '../../../../src-main/contract/error.ts'
import { readWeights } from '../../../../src-main/engine/7-record/checkpoint.ts'
import { openRun } from '../../../../src-main/engine/7-record/openRun.ts'
import { readJournal } from '../../../../src-main/files/journal.ts'
import { openSafetensors } from '../../../../src-main/files/readSafetensors.ts'
import { beginRun, resumeRun } from '../../../support/recordedRun.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const json = async (folder: string, name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'))
const checkpointsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('checkpoint-')).sort()

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TuneDeskError)) throw new Error(`no TuneDeskError but ${String(error)}`)
  return error.code
}

/** Every file of a run's folder and of its checkpoints. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(
      files.sort().map(async (path) => [path.slice(folder.length), (await readFile(path)).toString('base64')] as const),
    ),
  )
}

const stopAfter = (step: number) => {
  const stopping = new AbortController()
  return {
    signal: stopping.signal,
    onEvent: (event: { kind: string; step?: number }) => {
      if (event.kind === 'progress' && event.step === step) stopping.abort()
    },
  }
}

describe('the folder of a finished run', () => {
  test('has what the Trainer’s output_dir has, and the run’s own rows', async () => {
    const folder = await temporaryFolder()
    await beginRun(folder, { logging_steps: 4, eval_strategy: 'epoch', save_strategy: 'epoch' })
    expect((await readdir(folder)).sort()).toEqual(
      [
        ...[
          'README.md',
          'all_results.json',
          'checkpoint-12',
          'checkpoint-4',
          'checkpoint-8',
          'config.json',
          'held_out_rows.jsonl',
        ],
        ...[
          'loss.png',
          'loss.svg',
          'metrics.jsonl',
          'model.safetensors',
          'rows.jsonl',
          'run.json',
          'steps.jsonl',
          'tokenizer.json',
        ],
        ...['train_results.json', 'trainer_state.json', 'training_args.json'],
      ].sort(),
    )
    expect((await readdir(join(folder, 'checkpoint-8'))).sort()).toEqual([
      ...['config.json', 'manifest.json', 'model.safetensors', 'optimizer.safetensors', 'run_state.json', 'tokenizer.json'],
      'trainer_state.json',
    ])
  })

  test('says the results under the Trainer’s names', async () => {
    const folder = await temporaryFolder()
    const { state } = await beginRun(folder, { logging_steps: 4, eval_strategy: 'epoch' })
    const last = state.trainer.log_history.at(-1)
    expect(await json(folder, 'train_results.json')).toEqual({
      epoch: 3,
      total_flos: last?.total_flos,
      train_loss: last?.train_loss,
      train_runtime: 0,
    })
    const evaluated = state.trainer.log_history.findLast((line) => 'eval_loss' in line)
    expect(await json(folder, 'all_results.json')).toMatchObject({
      train_loss: last?.train_loss,
      eval_loss: evaluated?.eval_loss,
    })
    const trainerState = (await json(folder, 'trainer_state.json')) as Record<string, unknown>
    expect(trainerState).toMatchObject({
      global_step: 12,
      epoch: 3,
      max_steps: 12,
      num_train_epochs: 3,
      best_model_checkpoint: null,
    })
    expect(trainerState['log_history']).toEqual(state.trainer.log_history)
    expect(await readJournal(join(folder, 'metrics.jsonl'))).toEqual(state.trainer.log_history)
  })

  test('holds the weights in float32 under their Hugging Face names', async () => {
    const folder = await temporaryFolder()
    await beginRun(folder, {})
    const file = await openSafetensors(join(folder, 'model.safetensors'))
    await file.close()
    expect([...file.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['model.embed_tokens.weight', 'F32', [12, 4]],
      ['model.norm.weight', 'F32', [4]],
      ['lm_head.weight', 'F32', [12, 4]],
    ])
    expect(file.metadata.get('format')).toBe('pt')
  })

  test('has the best model’s weights where they were asked for', async () => {
    const folder = await temporaryFolder()
    const best = {
      eval_strategy: 'epoch',
      save_strategy: 'epoch',
      load_best_model_at_end: true,
      greater_is_better: true,
    } as const
    await beginRun(folder, { ...best, save_total_limit: 1 })
    expect(await checkpointsIn(folder)).toEqual(['checkpoint-4'])
    const weights = async (of: string) => (await readFile(join(of, 'model.safetensors'))).toString('base64')
    expect(await weights(folder)).toBe(await weights(join(folder, 'checkpoint-4')))
    expect(await json(folder, 'trainer_state.json')).toMatchObject({ best_model_checkpoint: 'checkpoint-4', best_global_step: 4 })
  })

  test('is not begun in a folder that has something in it', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'thesis.docx'), '')
    expect(await codeOf(beginRun(folder, {}))).toBe('runs/folder-not-empty')
  })

  test('is not resumed', async () => {
    const folder = await temporaryFolder()
    await beginRun(folder, {})
    expect(await codeOf(resumeRun(folder))).toBe('runs/finished')
    expect((await openRun(folder)).weightsFolder).toBe(folder)
  })
})

describe('a run resumed from its folder', () => {
  const settings = {
    logging_steps: 3,
    eval_strategy: 'epoch',
    save_strategy: 'steps',
    save_steps: 2,
    save_total_limit: 2,
    metric_for_best_model: 'loss',
    weight_decay: 0.1,
  } as const

  test.each([1, 2, 4, 7, 11])('after a stop at step %i ends in the same bytes, every file of it', async (step) => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()]
    await beginRun(whole, settings)
    expect((await beginRun(stopped, settings, stopAfter(step))).reason).toBe('stopped')
    expect((await resumeRun(stopped)).reason).toBe('finished')
    const renamed = Object.fromEntries(
      Object.entries(await contentOf(stopped)).filter(([name]) => name !== '/README.md'), // it has the folder's name
    )
    const { '/README.md': _, ...expected } = await contentOf(whole)
    expect(renamed).toEqual(expected)
  })

  test('twice ends in the same bytes', async () => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()]
    await beginRun(whole, settings)
    await beginRun(stopped, settings, stopAfter(3))
    await resumeRun(stopped, stopAfter(5))
    await resumeRun(stopped)
    for (const name of ['model.safetensors', 'metrics.jsonl', 'trainer_state.json', 'checkpoint-12/optimizer.safetensors'])
      expect((await readFile(join(stopped, name))).equals(await readFile(join(whole, name))), name).toBe(true)
  })

  test('goes on from the checkpoint before a damaged one, and says which that was', async () => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()]
    await beginRun(whole, settings)
    await beginRun(stopped, settings, stopAfter(6))
    await truncate(join(stopped, 'checkpoint-6', 'optimizer.safetensors'), 100)
    const run = await openRun(stopped)
    expect(run.damaged).toEqual(['checkpoint-6'])
    expect(run.checkpoint?.step).toBe(4)
    await resumeRun(stopped)
    expect(await readFile(join(stopped, 'metrics.jsonl'))).toEqual(await readFile(join(whole, 'metrics.jsonl')))
    expect(await readFile(join(stopped, 'model.safetensors'))).toEqual(await readFile(join(whole, 'model.safetensors')))
  })

  test('begins again where no checkpoint is whole', async () => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()]
    await beginRun(whole, settings)
    await beginRun(stopped, settings, stopAfter(1))
    await rm(join(stopped, 'checkpoint-1', 'manifest.json'))
    const run = await openRun(stopped)
    expect(run.checkpoint).toBeNull()
    expect(run.weightsFolder).toBe('/models/bigram')
    await resumeRun(stopped)
    expect(await readFile(join(stopped, 'model.safetensors'))).toEqual(await readFile(join(whole, 'model.safetensors')))
  })

  test('makes the log whole again where the last lines of metrics.jsonl were lost', async () => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()]
    await beginRun(whole, settings)
    await beginRun(stopped, settings, stopAfter(8))
    await rm(join(stopped, 'metrics.jsonl'))
    await resumeRun(stopped)
    expect(await readFile(join(stopped, 'metrics.jsonl'))).toEqual(await readFile(join(whole, 'metrics.jsonl')))
  })

  test('is refused when the rows became other tokens', async () => {
    const folder = await temporaryFolder()
    await beginRun(folder, settings, stopAfter(2))
    const run = (await json(folder, 'run.json')) as Record<string, unknown>
    await writeFile(join(folder, 'run.json'), JSON.stringify({ ...run, rows_sha256: 'another' }))
    expect(await codeOf(resumeRun(folder))).toBe('runs/rows-changed')
  })

  test('is refused where there is no run', async () => {
    expect(await codeOf(resumeRun(await temporaryFolder()))).toBe('runs/not-a-run')
  })
})

describe('a run that goes wrong', () => {
  test('keeps the last good checkpoint, with the broken one aside', async () => {
    const folder = await temporaryFolder()
    const breakAfterStep = (step: number) => ({
      change: (model: { gradientNorm(): Promise<number> }) => {
        const gradientNorm = model.gradientNorm.bind(model)
        let calls = 0
        model.gradientNorm = async () => (++calls > step ? NaN : gradientNorm())
      },
    })
    expect(await codeOf(beginRun(folder, { save_steps: 2 }, breakAfterStep(6)))).toBe('train/diverged')
    expect(await checkpointsIn(folder)).toEqual(['checkpoint-2', 'checkpoint-4', 'checkpoint-6.diverged'])
    expect((await openRun(folder)).checkpoint?.step).toBe(4)
    expect(await readdir(folder)).not.toContain('model.safetensors')
  })

  test('saves no weights that are not finite', async () => {
    const folder = await temporaryFolder()
    const breakStep = {
      change: (model: Parameters<NonNullable<Parameters<typeof beginRun>[2]>['change'] & object>[0]) => {
        const optimizerStep = model.optimizerStep.bind(model)
        let calls = 0
        model.optimizerStep = (hyperparameters) =>
          optimizerStep(++calls === 4 ? { ...hyperparameters, learningRate: 1e39 } : hyperparameters)
      },
    }
    expect(await codeOf(beginRun(folder, { save_steps: 2 }, breakStep))).toBe('train/weights-not-finite')
    expect(await checkpointsIn(folder)).toEqual(['checkpoint-2'])
    expect((await openRun(folder)).checkpoint?.step).toBe(2)
  })
})

test('a run knows its rows again', async () => {
  const folder = await temporaryFolder()
  await beginRun(folder, {})
  const { description } = await openRun(folder)
  expect(description.rows).toHaveLength(7)
  expect(description.rows[3]).toEqual({ instruct: 'say ', input: '3', label: '“3”' })
  expect(description.heldOutRows).toHaveLength(3)
  expect(description.settings.learning_rate).toBe(0.05)
  expect(description.baseModel).toEqual({ name: 'bigram', folder: '/models/bigram', license: 'mit' })
  expect(description.modelFiles.map(({ name }) => name)).toEqual(['config.json', 'tokenizer.json'])
  let count = 0
  for await (const { data } of readWeights(folder)) count += data.length
  expect(count).toBe(100)
})
