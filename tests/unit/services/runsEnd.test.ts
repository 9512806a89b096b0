import { cp, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import type { Engine } from '../../../src-main/host/engine.ts'
import { openBackend } from '../../../src-main/services/backend.ts'
import { inProcessEngine } from '../../support/inProcessEngine.ts'
import { serviceContext } from '../../support/serviceContext.ts'
import { caller, changesOf, ENDLESS, hasStep, isIn, openSample, until } from '../../support/sampleRun.ts'

describe('when something ends', () => {
  /** An engine whose process ends at a step. */
  function dyingEngine(step: number): Engine {
    const engine = inProcessEngine()
    let isDead = false
    return {
      close: () => engine.close(),
      run(name, argument, hooks = {}) {
        if (isDead) return engine.run(name, argument, hooks)
        const dying = new AbortController()
        const ended = new Promise<never>((_, reject) => {
          dying.signal.addEventListener('abort', () => reject(new TuneDeskError('engine/ended', { reason: 'SIGKILL' })))
        })
        const onEvent = (event: unknown): void => {
          if (!isDead) hooks.onEvent?.(event)
          if (!isDeepStrictEqual({ kind: 'progress', step }, pick(event))) return
          isDead = true
          dying.abort('discard')
        }
        const work = engine.run(name, argument, { onEvent, signal: dying.signal })
        return new Promise((resolve, reject) => {
          work.then(resolve, reject)
          ended.catch(reject)
        })
      },
    }
  }
  const pick = (event: unknown): unknown => {
    const { kind, step } = event as { kind?: string; step?: number }
    return { kind, step }
  }

  it('the engine: the run stands as interrupted at its step, and goes on from what is safe', async () => {
    const context = await serviceContext({ training: dyingEngine(3) })
    const { call, project } = await openSample(context, 6)
    await call('projects.changePlan', {
      project,
      plan: { settings: { num_train_epochs: 6, save_strategy: 'steps', save_steps: 2, sample_each_epoch: false } },
    })
    const { id: run } = await call('runs.start', { project })
    const cut = await until(context, run, isIn('interrupted'))
    expect(cut).toMatchObject({ step: 3, safeStep: 2, problem: { code: 'engine/ended' } })
    const watched = changesOf(context, run).length
    await call('runs.resume', { project, run })
    const finished = await until(context, run, isIn('finished'))
    expect(finished).toMatchObject({ step: 6, problem: null })
    // The steps behind the checkpoint are taken again: a window that has them learns by the gap that it must read anew.
    const [before, after] = [changesOf(context, run)[watched - 1], changesOf(context, run)[watched + 1]]
    expect((after?.seq ?? 0) - (before?.seq ?? 0)).toBeGreaterThan(1)
    const { metrics } = await call('runs.open', { project, run })
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('the app in an orderly way: the training is paused, and what waited stays to be seen', async () => {
    const context = await serviceContext()
    const { backend, call, project } = await openSample(context, ENDLESS)
    const { id: run } = await call('runs.start', { project })
    const waiting = await call('runs.start', { project })
    await until(context, run, hasStep(2))
    await backend.close()
    const step = changesOf(context, run).at(-1)?.summary.step
    expect(context.sleep).toEqual([true, false])

    const reopened = await openBackend(context)
    onTestFinished(() => reopened.close())
    const again = caller(reopened)
    await again('projects.open', { folder: project })
    expect((await again('runs.list', { project })).map(({ id, phase, safeStep }) => [id, phase, safeStep])).toEqual([
      [waiting.id, 'paused', null],
      [run, 'paused', step],
    ])
  })

  it('the app at a blow: the run stands as interrupted', async () => {
    const context = await serviceContext()
    const { call, project, folder } = await openSample(context, ENDLESS)
    const { id: run } = await call('runs.start', { project })
    await until(context, run, hasStep(2))
    // As the disk would be found: the folder of a run in its midst.
    const { folder: other } = await call('projects.create', { name: 'Found' })
    await cp(folder(run), join(other, 'runs', run), { recursive: true })
    expect(await call('runs.list', { project: other })).toMatchObject([{ id: run, phase: 'interrupted' }])
    expect((await call('runs.open', { project: other, run })).metrics.length).toBeGreaterThanOrEqual(2)
    await call('runs.discard', { project, run })
  })
})

it('a run has the name that a person gives it, also after a restart', async () => {
  const context = await serviceContext()
  const { backend, call, project } = await openSample(context)
  const { id: run } = await call('runs.start', { project })
  await until(context, run, isIn('finished'))
  expect(await call('runs.rename', { project, run, name: '第二版' })).toMatchObject({ name: '第二版' })
  await backend.close()
  const reopened = await openBackend(context)
  onTestFinished(() => reopened.close())
  const again = caller(reopened)
  await again('projects.open', { folder: project })
  expect(await again('runs.list', { project })).toMatchObject([{ name: '第二版', phase: 'finished' }])
})

it('a run of the command line is in the list, as its folder tells it', async () => {
  const context = await serviceContext()
  const { call, project, folder } = await openSample(context)
  const { id: run } = await call('runs.start', { project })
  await until(context, run, isIn('finished'))
  await cp(folder(run), folder('mine'), { recursive: true })
  await rm(join(folder('mine'), 'about.json'))
  await rm(join(folder('mine'), 'steps.jsonl'))
  const mine = (await call('runs.list', { project })).find(({ id }) => id === 'mine')
  expect(mine).toMatchObject({ name: 'mine', phase: 'finished', rows: 2, step: 4, maxSteps: 4, model: { name: 'qwen2' } })
  expect((await call('runs.open', { project, run: 'mine' })).log).toHaveLength(5)
})

it('the picture of the loss is written where a person wants it', async () => {
  const context = await serviceContext()
  const { call, project } = await openSample(context)
  const { id: run } = await call('runs.start', { project })
  await until(context, run, isIn('finished'))
  const [svg, png] = [join(project, 'loss.svg'), join(project, 'loss.png')]
  await call('runs.savePicture', { project, run, format: 'svg', path: svg })
  await call('runs.savePicture', { project, run, format: 'png', path: png })
  expect(await readFile(svg, 'utf8')).toContain('<svg')
  expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG')
  expect((await stat(png)).size).toBeGreaterThan(1000)
})
