import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TestPhase } from '../../../src-main/contract/areas/tests.ts'
import type { RowSample, TestReport } from '../../../src-main/contract/testReport.ts'
import { openBackend } from '../../../src-main/services/backend.ts'
import { callerOf, SMALL_MODEL, trainedSample, waitUntil } from '../../support/sampleProject.ts'
import { serviceContext, type TestContext } from '../../support/serviceContext.ts'

const phases = (context: TestContext, run: string): TestPhase[] =>
  context
    .toldOf('tests.changed')
    .filter(({ runId }) => runId === run)
    .map(({ state }) => state.phase)
const ended = (context: TestContext, run: string): Promise<void> =>
  waitUntil(() => ['done', 'stopped', 'failed'].includes(phases(context, run).at(-1) ?? ''))

/** So many rows in the place of the project's, a tenth of them held out. */
async function replaceRows(project: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => JSON.stringify({ instruct: 'n: ', input: `${i}`, label: `${i * 2}` }))
  await writeFile(join(project, 'rows.jsonl'), rows.join('\n') + '\n')
  const heldOut = Array.from({ length: count / 10 }, (_, i) => i * 10)
  await writeFile(join(project, 'splits.json'), JSON.stringify({ heldOut }))
}

describe('a test', () => {
  it('asks the model before and after, tells each result once, and is saved beside the run', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    expect((await call('tests.result', { project, run })).state.phase).toBe('none')
    expect((await call('tests.start', { project, run, untrained: true, sample: null })).phase).toBe('waiting')
    await ended(context, run)
    expect(phases(context, run).at(-1)).toBe('done')

    const snapshot = await call('tests.result', { project, run })
    const changes = context.toldOf('tests.changed')
    expect(changes.flatMap(({ results }) => results.map(({ model, result }) => [model, result.probe, result.row]))).toEqual([
      ...['untrained', 'tuned'].flatMap((model) =>
        ['answer', 'leak'].flatMap((probe) => [0, 1].map((row) => [model, probe, row])),
      ),
    ])
    const progress = changes.flatMap((change) => change.state.progress ?? [])
    expect(progress.length).toBeGreaterThan(0)
    expect(progress.every(({ total }) => total === 8)).toBe(true)
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).sort((a, b) => a - b))
    expect(snapshot.seq).toBe(changes.at(-1)?.seq)
    expect(snapshot.tuned).toMatchObject({ row_counts: { trained: 2, 'held-out': 0 }, sample: null })
    expect(snapshot.untrained?.results).toHaveLength(4)
    expect(await readdir(join(project, 'runs', run))).toEqual(
      expect.arrayContaining(['test.json', 'test_untrained.json', 'report.md']),
    )
    await waitUntil(() => context.toldOf('runs.changed').at(-1)?.summary.verdict !== null)
    expect(context.toldOf('runs.changed').at(-1)?.summary.verdict).toEqual(snapshot.tuned?.verdict)

    // The untrained model has not changed: it is not asked the same again.
    await call('tests.start', { project, run, untrained: true, sample: null })
    await waitUntil(() => phases(context, run).filter((phase) => phase === 'done').length === 2)
    expect(
      context
        .toldOf('tests.changed')
        .slice(changes.length)
        .flatMap(({ results }) => results.map(({ model }) => model)),
    ).toEqual(Array.from({ length: 4 }, () => 'tuned'))
  })

  it('of many rows asks some, drawn by the seed, half of them held out', async () => {
    const context = await serviceContext()
    const backend = await openBackend(context)
    const call = callerOf(backend)
    const { folder: project } = await call('projects.create', { name: 'Many' })
    await replaceRows(project, 200)
    await call('projects.changePlan', { project, plan: { model: SMALL_MODEL, settings: { max_steps: 2, eval_strategy: 'no' } } })
    const { id: run } = await call('runs.start', { project })
    await waitUntil(() => context.toldOf('runs.changed').some(({ summary }) => summary.phase === 'finished'))

    const rowsOf = async (sample: RowSample): Promise<string[]> => {
      const before = phases(context, run).length
      await call('tests.start', { project, run, untrained: false, sample })
      await waitUntil(() => phases(context, run).slice(before).includes('done'))
      const { tuned } = await call('tests.result', { project, run })
      expect(tuned).toMatchObject({ sample, row_counts: { trained: 180, 'held-out': 20 } })
      // A row has the number that it has among the examples: as its text says.
      expect((tuned as TestReport).results.filter(({ probe, row, input }) => probe === 'answer' && input !== `${row}`)).toEqual(
        [],
      )
      return (tuned as TestReport).results.filter(({ probe }) => probe === 'answer').map(({ group, row }) => `${group} ${row}`)
    }
    const drawn = await rowsOf({ rows: 12, seed: 1 })
    expect(drawn.filter((row) => row.startsWith('held-out'))).toHaveLength(6)
    expect(new Set(drawn).size).toBe(12)
    expect(await rowsOf({ rows: 12, seed: 1 })).toEqual(drawn)
    expect(await rowsOf({ rows: 12, seed: 2 })).not.toEqual(drawn)
    // Few held-out rows leave their places to the others.
    expect((await rowsOf({ rows: 60, seed: 1 })).filter((row) => row.startsWith('held-out'))).toHaveLength(20)
    await backend.close()
  })

  it('stops at once, keeps what was told, and leaves the last whole test as it was', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    await call('tests.start', { project, run, untrained: false, sample: null })
    await ended(context, run)
    const whole = await call('tests.result', { project, run })

    await call('tests.start', { project, run, untrained: true, sample: null })
    const { id: other } = await call('runs.start', { project })
    await waitUntil(() =>
      context.toldOf('runs.changed').some(({ runId, summary }) => runId === other && summary.phase === 'finished'),
    )
    await call('tests.start', { project, run: other, untrained: false, sample: null })
    expect((await call('tests.stop', { project, run })).phase).toMatch(/stopped|done/)
    await ended(context, other)
    expect((await call('tests.result', { project, run })).tuned).toEqual(whole.tuned)
    expect(phases(context, other).at(-1)).toBe('done')
  })

  it('says what is wrong: of a run that is gone, of a model that it began from', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    const file = join(project, 'runs', run, 'run.json')
    const description = JSON.parse(await readFile(file, 'utf8')) as { base_model: { folder: string } }
    description.base_model.folder = join(project, 'gone')
    await writeFile(file, JSON.stringify(description))
    await call('tests.start', { project, run, untrained: true, sample: null })
    await ended(context, run)
    expect((await call('tests.result', { project, run })).state).toMatchObject({
      phase: 'failed',
      problem: { code: 'runs/base-model-gone' },
    })
    await rm(file)
    await call('tests.start', { project, run, untrained: false, sample: null })
    await waitUntil(() => phases(context, run).filter((phase) => phase === 'failed').length === 2)
    expect((await call('tests.result', { project, run })).state.problem?.code).toBe('runs/not-a-run')
  })

  it('is saved to read, in three forms', async () => {
    const context = await serviceContext()
    const { call, project, run } = await trainedSample(context)
    const save = (format: 'html' | 'markdown' | 'csv', language: 'en' | 'zh') =>
      call('tests.save', { project, run, format, path: join(project, `test.${format}`), language, title: '两首诗 · #1' })
    await expect(save('html', 'en')).rejects.toMatchObject({ code: 'tests/none-yet' })
    await call('tests.start', { project, run, untrained: true, sample: null })
    await ended(context, run)
    for (const format of ['html', 'markdown', 'csv'] as const) await save(format, 'zh')
    const read = (format: string) => readFile(join(project, `test.${format}`), 'utf8')
    expect(await read('html')).toContain('<title>测试：两首诗 · #1</title>')
    expect(await read('html')).toContain('训练前的回答')
    expect(await read('markdown')).toContain('训练前：')
    expect(await read('csv')).toContain('untrained_answer')
  })
})

describe('a comparison', () => {
  it('trains both ways, tests each when it is finished, and goes on from where it was after a restart', async () => {
    const context = await serviceContext()
    const { backend, call, project } = await trainedSample(context)
    const comparison = await call('tests.compare', { project, names: { answer: 'Answers only', everything: 'Everything' } })
    await waitUntil(() => [comparison.answer, comparison.everything].every((run) => phases(context, run).includes('done')))
    const summaries = await call('runs.list', { project })
    const lossOn = (run: string) => summaries.find(({ id }) => id === run)?.settings.loss_on
    expect([lossOn(comparison.answer), lossOn(comparison.everything)]).toEqual(['answer', 'everything'])
    await backend.close()

    // As if the app had ended before the second test.
    await rm(join(project, 'runs', comparison.everything, 'test.json'))
    const later = await serviceContext()
    const again = callerOf(await openBackend(later))
    await again('projects.open', { folder: project })
    expect(await again('tests.comparison', { project })).toEqual(comparison)
    await ended(later, comparison.everything)
    expect(phases(later, comparison.everything).at(-1)).toBe('done')
    expect(phases(later, comparison.answer)).toEqual([])
    await again('tests.endComparison', { project })
    expect(await again('tests.comparison', { project })).toBeNull()
  })
})
