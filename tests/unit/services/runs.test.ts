import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { viewSchema } from '../../../src-main/contract/areas/rows.ts'
import { STARTER } from '../../../src-main/jobs/model.ts'
import { refusal } from '../../support/refusal.ts'
import { serviceContext } from '../../support/serviceContext.ts'
import { changesOf, ENDLESS, hasStep, isIn, openSample, TINY_MODEL, until } from '../../support/sampleRun.ts'

describe('a run', () => {
  it('is trained from the project’s rows by its plan, and told of as it goes', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context, 4, STARTER)
    const started = await call('runs.start', { project })
    expect(started).toMatchObject({ id: 'run-1', name: '#1', model: { name: 'starter' }, problem: null })
    const finished = await until(context, started.id, isIn('finished'))
    expect(finished).toMatchObject({
      model: { name: 'starter' },
      step: 4,
      maxSteps: 4,
      epoch: 4,
      rows: 2,
      heldOutRows: 0,
      problem: null,
      secondsLeft: null,
    })
    const files = ['model.safetensors', 'train_results.json', 'loss.png']
    expect(await readdir(folder('run-1'))).toEqual(expect.arrayContaining(files))
    expect(existsSync(join(folder('run-1'), 'waiting'))).toBe(false)

    const changes = changesOf(context, started.id)
    const { seq, log, metrics } = await call('runs.open', { project, run: started.id })
    expect(seq).toBe(changes.at(-1)?.seq)
    expect(log).toEqual(changes.flatMap((change) => change.log))
    expect(metrics).toEqual(changes.flatMap((change) => change.metrics))
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4])
    expect(metrics.every(({ memory, gradientNorm }) => memory > 1e6 && gradientNorm > 0)).toBe(true)
    expect(context.sleep).toEqual([true, false])
  })

  it('shows an answer for each epoch, unless the plan says otherwise', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context, 2)
    await call('projects.changePlan', { project, plan: { settings: { num_train_epochs: 2 } } })
    const { id: run } = await call('runs.start', { project })
    await until(context, run, isIn('finished'))
    const { samples } = await call('runs.open', { project, run })
    expect(samples.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(samples[0]?.question).toContain('哪吒')
    expect(samples).toEqual(changesOf(context, run).flatMap((change) => change.samples))
  })

  it('learns the rows that were there when it was asked for, though they change while it waits', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context)
    const first = await call('runs.start', { project })
    const second = await call('runs.start', { project })
    expect([first.phase, second.phase]).toEqual(['preparing', 'queued'])
    const { rows } = await call('rows.page', { project, view: viewSchema.parse({}), start: 0, end: 2 })
    await call('rows.edit', { project, edit: { kind: 'delete', ids: rows.slice(0, 1).map(({ id }) => id) } })
    await until(context, second.id, isIn('finished'))
    expect((await readFile(join(folder(second.id), 'rows.jsonl'), 'utf8')).split('\n')).toHaveLength(3)
  })

  it('is refused at once where the settings do not go together', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context)
    await call('projects.changePlan', { project, plan: { settings: { early_stopping_patience: 2 } } })
    await expect(call('runs.start', { project })).rejects.toEqual(refusal('settings/early-stopping-needs-metric'))
    expect(await call('runs.list', { project })).toEqual([])
  })

  it('is refused at once where there are no rows, and leaves no folder', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context)
    await rm(join(project, 'rows.jsonl'))
    await expect(call('runs.start', { project })).rejects.toEqual(refusal('dataset/empty', { file: 'rows.jsonl' }))
    expect(await readdir(folder(''))).toEqual([])
    expect(await call('runs.list', { project })).toEqual([])
  })

  it('that cannot be trained stands in the list with the reason, and can be tried again', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context)
    const rows = await readFile(join(project, 'rows.jsonl'))
    const page = await call('rows.page', { project, view: viewSchema.parse({}), start: 0, end: 2 })
    for (const { id } of page.rows) await call('rows.edit', { project, edit: { kind: 'set', id, field: 'label', text: '' } })
    const { id: run } = await call('runs.start', { project })
    const failed = await until(context, run, isIn('failed'))
    expect(failed.problem).toMatchObject({ code: 'dataset/no-good-rows' })
    await writeFile(join(project, 'runs', run, 'waiting', 'rows.jsonl'), rows)
    await call('runs.resume', { project, run })
    expect(await until(context, run, isIn('finished'))).toMatchObject({ step: 4, problem: null })
  })
})

describe('one run at a time', () => {
  it('the others wait in their order, and can be taken out', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context, ENDLESS)
    const [first, second, third] = [
      await call('runs.start', { project }),
      await call('runs.start', { project, name: 'Longer' }),
      await call('runs.start', { project, settings: { loss_on: 'everything' } }),
    ]
    expect([first, second, third].map(({ phase }) => phase)).toEqual(['preparing', 'queued', 'queued'])
    expect([second.name, third.settings.loss_on]).toEqual(['Longer', 'everything'])
    await until(context, first.id, hasStep(1))
    expect(await call('runs.pause', { project, run: second.id })).toMatchObject({ phase: 'paused' })
    await call('runs.pause', { project, run: first.id })
    await until(context, first.id, isIn('paused'))
    await until(context, third.id, hasStep(1))
    expect((await call('runs.list', { project })).map(({ id, phase }) => [id, phase])).toEqual([
      ['run-3', 'training'],
      ['run-2', 'paused'],
      ['run-1', 'paused'],
    ])
    await call('runs.pause', { project, run: third.id })
    await until(context, third.id, isIn('paused'))
    expect(context.sleep).toEqual([true, false])
  })
})

describe('a run that is stopped', () => {
  it('is paused with a checkpoint and goes on from there, to the same numbers as one that never was', async () => {
    const context = await serviceContext()
    // Enough steps that it still goes on when the window hears of the third: a step of this model takes a few milliseconds.
    const { call, project } = await openSample(context, 150)
    const whole = await call('runs.start', { project })
    await until(context, whole.id, isIn('finished'))

    const { id: run } = await call('runs.start', { project })
    await until(context, run, hasStep(3))
    expect(await call('runs.pause', { project, run })).toMatchObject({ phase: 'stopping' })
    const paused = await until(context, run, isIn('paused'))
    expect(paused.safeStep).toBe(paused.step)
    expect(paused.step).toBeLessThan(150)
    const resumed = await call('runs.resume', { project, run })
    expect(['queued', 'preparing']).toContain(resumed.phase)
    await until(context, run, isIn('finished'))
    const losses = async (id: string) =>
      (await call('runs.open', { project, run: id })).metrics.map(({ step, loss }) => [step, loss])
    expect(await losses(run)).toEqual(await losses(whole.id))
  })

  it('and kept is finished as it is then, also later from its checkpoint', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context, ENDLESS)
    const { id: at } = await call('runs.start', { project })
    await until(context, at, hasStep(2))
    await call('runs.keep', { project, run: at })
    const kept = await until(context, at, isIn('finished'))
    expect(kept).toMatchObject({ maxSteps: ENDLESS, verdict: null })
    expect(kept.step).toBeLessThan(ENDLESS)

    const { id: later } = await call('runs.start', { project })
    await until(context, later, hasStep(2))
    await call('runs.pause', { project, run: later })
    const paused = await until(context, later, isIn('paused'))
    await call('runs.keep', { project, run: later })
    expect(await until(context, later, isIn('finished'))).toMatchObject({ step: paused.step, safeStep: null })
    expect(existsSync(join(folder(later), 'model.safetensors'))).toBe(true)
  })

  it('and discarded leaves nothing, and says what that freed', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context, ENDLESS)
    const { id: run } = await call('runs.start', { project })
    await until(context, run, hasStep(2))
    const { freed } = await call('runs.discard', { project, run })
    expect(freed).toBeGreaterThan(1000)
    expect(existsSync(folder(run))).toBe(false)
    expect(context.toldOf('runs.removed')).toEqual([{ project, runId: run }])
    expect(await call('runs.list', { project })).toEqual([])
    await expect(call('runs.open', { project, run })).rejects.toEqual(refusal('runs/not-here'))
  })

  it('has nothing to keep before its first checkpoint', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context, ENDLESS)
    const first = await call('runs.start', { project })
    const second = await call('runs.start', { project })
    await call('runs.pause', { project, run: second.id })
    await expect(call('runs.keep', { project, run: second.id })).rejects.toEqual(refusal('runs/nothing-saved'))
    await call('runs.discard', { project, run: first.id })
  })
})

describe('a run with LoRA', () => {
  it('becomes a whole model in a folder that is not there yet, which needs neither the run nor its base', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context)
    await call('projects.changePlan', { project, plan: { model: TINY_MODEL, settings: { method: 'lora', num_train_epochs: 2 } } })
    const { id: run } = await call('runs.start', { project })
    expect((await until(context, run, isIn('finished'))).adapterBytes).toBeGreaterThan(0)
    const path = join(project, 'whole')
    expect(await call('runs.merge', { project, run, path })).toBeNull()
    expect(await readdir(path)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']))
    expect(await readdir(path)).not.toContain('adapter_config.json')
    await expect(call('runs.merge', { project, run, path })).rejects.toEqual(refusal('exports/folder-not-empty', { path }))
    expect(await readdir(folder(run)), 'the run stays as it was').toContain('adapter_model.safetensors')
  })

  it('is what is asked for: a run of all weights, or none at all, is refused, and nothing is written', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context)
    const { id: run } = await call('runs.start', { project })
    await until(context, run, isIn('finished'))
    const path = join(project, 'whole')
    await expect(call('runs.merge', { project, run, path })).rejects.toEqual(
      refusal('exports/no-adapter', { folder: folder(run) }),
    )
    await expect(call('runs.merge', { project, run: 'run-9', path })).rejects.toEqual(refusal('runs/not-here', { run: 'run-9' }))
    expect(existsSync(path)).toBe(false)
  })
})

describe('what a training would take', () => {
  it('is estimated from the project’s rows and plan, and may be measured', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context, 4)
    const [formula, measured] = [
      await call('runs.estimate', { project, measure: false }),
      await call('runs.estimate', { project, measure: true }),
    ]
    for (const estimate of [formula, measured]) {
      expect(estimate).toMatchObject({ steps: 4, verdict: 'fits', blockers: [] })
      expect(estimate.seconds.low).toBeGreaterThan(0)
      expect(estimate.seconds.low).toBeLessThanOrEqual(estimate.seconds.high)
      expect(estimate.memory.needed).toBeGreaterThan(16 * 119_360)
      expect(estimate.disk.free).toBeGreaterThan(estimate.disk.needed)
    }
    expect([formula.basis, measured.basis]).toEqual(['formula', 'measured'])
  })

  it('says beforehand why it could not start, and throws nothing', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context)
    const blockers = async (plan: object) => {
      await call('projects.changePlan', { project, plan })
      return (await call('runs.estimate', { project, measure: false })).blockers.map(({ code }) => code)
    }
    expect(await blockers({ settings: { eval_strategy: 'epoch' } })).toEqual(['train/evaluation-needs-rows'])
    expect(await blockers({ settings: { save_strategy: 'best' } })).toEqual(['settings/best-needs-metric'])
    expect(await blockers({ settings: { max_length: 8 } })).toEqual(['train/step-with-nothing-to-learn'])
    expect(await blockers({ settings: { per_device_train_batch_size: 8, dataloader_drop_last: true } })).toEqual(['batches/none'])
    expect(await blockers({ settings: {} })).toEqual([])
    expect(await blockers({ model: join(project, 'nothing') })).toHaveLength(1)
  })

  it('is no measurement of half the computer while a run goes on', async () => {
    const context = await serviceContext()
    const { call, project } = await openSample(context, ENDLESS)
    const { id: run } = await call('runs.start', { project })
    expect((await call('runs.estimate', { project, measure: true })).basis).toBe('formula')
    await call('runs.discard', { project, run })
  })
})
