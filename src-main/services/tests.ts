import { isDeepStrictEqual } from 'node:util'
import type { RunChange } from '../contract/areas/runs.ts'
import type { Comparison, TestedModel, TestState } from '../contract/areas/tests.ts'
import { bookEntry } from '../contract/bookEntry.ts'
import type { CheckedArgument, Handlers } from '../contract/contract.ts'
import type { Language } from '../contract/error.ts'
import { sampleFor } from '../contract/sampleFor.ts'
import type { RowSample } from '../contract/testReport.ts'
import { readRunBeginning } from '../engine/7-record/runDescription.ts'
import { readTestReport } from '../engine/7-record/testFiles.ts'
import type { ServiceContext } from './backend.ts'
import { baseModelFolder } from './baseModelFolder.ts'
import { systemClock, type Clock } from './clock.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { OpenProjects } from './projects.ts'
import { runFolderOf } from './runFolder.ts'
import { readComparison, removeComparison, writeComparison } from './tests/comparisonFile.ts'
import { LiveTest } from './tests/liveTest.ts'
import { saveReport } from './tests/saveReport.ts'

interface TestsOptions {
  /** What a comparison is made of. */
  runs: Pick<Handlers, 'runs.start' | 'runs.list'>
  /** A test of this run came to its end. */
  onTested: (project: string, run: string) => Promise<void>
  /** Of the report that lies in the run's folder. */
  language: () => Language
  clock?: Clock
}

interface TestsService {
  handlers: HandlersOf<'tests'>
  /** A comparison goes on when one of its runs is finished. */
  hearRun(change: RunChange): void
  /** Ends the test of a run, before its folder is deleted. */
  stop(project: string, run: string): Promise<void>
}

/** Before so many answers nobody knows how long the others take. */
const ANSWERS_OF_PACE = 5

/** When the first answer was there: opening a model is no part of the pace. */
interface Pace {
  since: number
  asked: number
}

function secondsLeftAt({ since, asked: first }: Pace, now: number, asked: number, all: number): number | null {
  const answered = asked - first
  return answered < ANSWERS_OF_PACE ? null : ((now - since) / 1000 / answered) * (all - asked)
}

/** Tests of the runs of open projects, one at a time. They go on without a window. */
export function createTests(context: ServiceContext, projects: OpenProjects, options: TestsOptions): TestsService {
  const { engines, emit, resources } = context
  const { runs, onTested, language, clock = systemClock } = options
  /** By project, then by run. */
  const tests = new Map<string, Map<string, LiveTest>>()
  let queue: Promise<void> = Promise.resolve()

  const testOf = (project: string, run: string): LiveTest => {
    projects.require(project)
    const ofProject = tests.get(project) ?? new Map<string, LiveTest>()
    tests.set(project, ofProject)
    const test = ofProject.get(run) ?? new LiveTest(clock, (change) => emit('tests.changed', { project, runId: run, ...change }))
    ofProject.set(run, test)
    return test
  }
  const stop = async (project: string, run: string): Promise<void> => {
    const test = tests.get(project)?.get(run)
    if (!test?.going) return
    const { stop: stopping, done } = test.going
    stopping.abort('stop')
    // One that waits does not wait for the test before it to be stopped.
    if (test.state.phase === 'waiting') end(test, { phase: 'stopped' })
    else await done
  }
  projects.onClose(async (project) => {
    await Promise.all([...(tests.get(project)?.keys() ?? [])].map((run) => stop(project, run)))
    tests.delete(project)
  })

  async function start({ project, run, untrained, sample }: CheckedArgument<'tests.start'>): Promise<TestState> {
    const test = testOf(project, run)
    if (test.going) return test.state
    const stopping = new AbortController()
    test.begin()
    const done = queue.then(() => carryOut(test, { project, run, untrained, sample }, stopping.signal))
    queue = done
    test.going = { stop: stopping, done }
    return test.state
  }

  /** Never rejects: how it ended is the test's state. */
  async function carryOut(
    test: LiveTest,
    { project, run, untrained, sample }: CheckedArgument<'tests.start'>,
    signal: AbortSignal,
  ): Promise<void> {
    const isStopped = (): boolean => signal.aborted
    if (isStopped()) return
    try {
      const folder = runFolderOf(project, run)
      test.change({ phase: 'asking' })
      const parts: TestedModel[] = untrained && !(await isUntrainedKnown(folder, sample)) ? ['untrained', 'tuned'] : ['tuned']
      const base = parts.length > 1 ? await baseModelFolder((await readRunBeginning(folder)).baseModel, resources) : null
      let pace: Pace | null = null
      for (const [part, model] of parts.entries()) {
        await engines.answers.run(
          'test',
          { run: folder, language: language(), sample, ...(model === 'untrained' && base !== null ? { untrained: base } : {}) },
          {
            signal,
            onEvent({ result, done, total }) {
              const asked = part * total + done
              const all = parts.length * total
              pace ??= { since: clock.now(), asked }
              const secondsLeft = secondsLeftAt(pace, clock.now(), asked, all)
              test.hear(model, result, { model, done: asked, total: all, secondsLeft })
            },
          },
        )
      }
      test.partial = { untrained: [], tuned: [] }
      end(test, { phase: 'done' })
      // A run that is gone by now has no verdict to show.
      await onTested(project, run).catch(() => undefined)
    } catch (error) {
      end(test, isStopped() ? { phase: 'stopped' } : { phase: 'failed', problem: bookEntry(error) })
    }
  }

  const end = (test: LiveTest, state: Partial<TestState>): void => {
    test.going = null
    test.change({ progress: null, ...state })
  }

  /** The model before its training answers the same rows the same way each time. */
  async function isUntrainedKnown(folder: string, sample: RowSample | null): Promise<boolean> {
    const report = await readTestReport(folder, 'untrained').catch(() => null)
    return report !== null && isDeepStrictEqual(report.sample ?? null, sample)
  }

  /** Tests those runs of a comparison that are finished and were not tested yet. */
  async function advance(project: string): Promise<Comparison | null> {
    const comparison = await readComparison(project)
    if (!comparison) return null
    const list = await runs['runs.list']({ project })
    for (const id of [comparison.answer, comparison.everything]) {
      const summary = list.find((each) => each.id === id)
      const { going, state } = testOf(project, id)
      const isAsked = going !== null || state.phase === 'stopped' || state.phase === 'failed'
      if (summary?.phase !== 'finished' || isAsked || (await isTested(project, id))) continue
      const sample = sampleFor(summary.rows + summary.heldOutRows)
      await start({ project, run: id, untrained: false, sample })
    }
    return comparison
  }
  const isTested = async (project: string, run: string): Promise<boolean> =>
    (await readTestReport(runFolderOf(project, run), 'tuned').catch(() => null)) !== null

  return {
    stop,
    hearRun({ project, summary }) {
      // A project that was closed meanwhile goes on when it is opened again.
      if (summary.phase === 'finished') advance(project).catch(() => undefined)
    },
    handlers: {
      async 'tests.result'({ project, run }) {
        const test = testOf(project, run)
        const folder = runFolderOf(project, run)
        const [tuned, untrained] = [await readTestReport(folder, 'tuned'), await readTestReport(folder, 'untrained')]
        // Read without a pause in between, so that number and content belong together.
        const { seq, state, partial } = test
        return { seq, state, tuned, untrained, partial: { untrained: [...partial.untrained], tuned: [...partial.tuned] } }
      },
      'tests.start': start,
      async 'tests.stop'({ project, run }) {
        const test = testOf(project, run)
        await stop(project, run)
        return test.state
      },
      async 'tests.save'({ project, run, format, path, language: own, title }) {
        projects.require(project)
        await saveReport(runFolderOf(project, run), { format, path, language: own, title })
        return null
      },
      async 'tests.comparison'({ project }) {
        projects.require(project)
        return advance(project)
      },
      async 'tests.compare'({ project, names }) {
        const begin = async (loss_on: 'answer' | 'everything'): Promise<string> =>
          (await runs['runs.start']({ project, name: names[loss_on], settings: { loss_on } })).id
        const comparison = { answer: await begin('answer'), everything: await begin('everything') }
        await writeComparison(project, comparison)
        emit('tests.comparisonChanged', { project, comparison })
        return comparison
      },
      async 'tests.endComparison'({ project }) {
        projects.require(project)
        await removeComparison(project)
        emit('tests.comparisonChanged', { project, comparison: null })
        return null
      },
    },
  }
}
