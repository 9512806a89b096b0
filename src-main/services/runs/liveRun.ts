import type { RunChange, RunSnapshot, RunSummary } from '../../contract/areas/runs.ts'
import type { Problem } from '../../contract/areas/runs.ts'
import type { LogLine } from '../../contract/logLine.ts'
import { isRecordedStep, sampleOf, stepMetricsOf } from '../../engine/7-record/progressFiles.ts'
import type { JobEvent } from '../../jobs/jobs.ts'
import { warningProblem } from '../../jobs/warningProblem.ts'
import type { Clock } from '../clock.ts'
import { createPacer, type Pacer } from '../pacer.ts'
import type { RunDetails } from './runFolder.ts'
import { shownDetails } from './runFolder.ts'
import { secondsLeft, STEPS_OF_PACE } from './secondsLeft.ts'

type RunEvent = JobEvent<'train'>

/** A run that the window watches: what it is now, and what of that the window has not been told yet. */
export class LiveRun {
  summary: RunSummary
  /** While the run is carried out; else it is read from the folder. */
  details: RunDetails | null = null
  warnings: Problem[] = []
  #seq = 0
  #news: Pick<RunChange, 'log' | 'metrics' | 'samples' | 'warnings'> = nothingNew()
  #stepSeconds: number[] = []
  #secondsAtStep: number | null = null
  readonly #pacer: Pacer
  readonly #tell: (change: RunChange) => void

  constructor(summary: RunSummary, clock: Clock, tell: (change: RunChange) => void) {
    this.summary = summary
    this.#pacer = createPacer(clock, () => this.#tellNews())
    this.#tell = tell
  }

  /** The window hears of it within a tenth of a second. */
  change(changes: Partial<RunSummary>): void {
    this.summary = { ...this.summary, ...changes }
    this.#pacer.soon()
  }

  /** Tells at once what is not told yet, and be it that nothing is new but the summary. */
  tellNow(): void {
    this.#pacer.now()
  }

  #tellNews(): void {
    const news = this.#news
    this.#news = nothingNew()
    this.#seq += 1
    const { project, id } = this.summary
    this.#tell({ project, runId: id, seq: this.#seq, summary: this.summary, ...news })
  }

  /** Where the run is carried out again, from a step on: what came behind it is forgotten, and who watches reads the snapshot anew. */
  beginSitting(details: RunDetails, step: number): void {
    const before = <Item extends { step: number }>(items: readonly Item[]): Item[] => items.filter((item) => item.step <= step)
    this.details = { log: before(details.log), metrics: before(details.metrics), samples: before(details.samples) }
    this.warnings = []
    this.#news = nothingNew()
    this.#stepSeconds = []
    this.#secondsAtStep = null
    this.#seq += 1
  }

  /** The folder has all of it now. */
  endSitting(changes: Partial<RunSummary>): void {
    this.summary = { ...this.summary, secondsLeft: null, tokenised: null, ...changes }
    this.tellNow()
    this.details = null
  }

  snapshot(details: RunDetails): RunSnapshot {
    if (this.#pacer.isWaiting) this.tellNow()
    return { seq: this.#seq, summary: this.summary, ...shownDetails(details), warnings: this.warnings }
  }

  /** What the run itself tells while it is carried out. */
  hear(event: RunEvent): void {
    switch (event.kind) {
      case 'begin': {
        const { rows, heldOutRows, settings, parameterCount, damaged } = event.run
        for (const name of damaged) this.#warn({ code: 'runs/damaged-checkpoint', parameters: { name } })
        this.change({ rows, heldOutRows, settings, tokenised: null, model: { ...this.summary.model, parameterCount } })
        break
      }
      case 'start':
        this.change({
          ...(this.summary.phase === 'preparing' ? { phase: 'training' } : {}),
          step: event.step,
          maxSteps: event.maxSteps,
        })
        break
      case 'progress':
        this.#hearStep(event)
        break
      case 'log':
        // A checkpoint between an epoch's last step and its end lets that end come again when the run goes on.
        if (this.details?.log.some((line) => isSameLine(line, event.line))) break
        this.#add('log', event.line)
        this.change({
          ...(event.line['eval_loss'] === undefined ? {} : { evalLoss: event.line['eval_loss'] }),
        })
        break
      case 'sample':
        if (this.details?.samples.at(-1)?.step === event.step) break
        this.#add('samples', sampleOf(event))
        this.change({})
        break
      case 'checkpoint':
        this.change({ safeStep: event.step })
        break
      case 'warning':
        this.#warn(warningProblem(event.warning))
        this.change({})
        break
      case 'tokenising':
        this.change({ tokenised: { done: event.done, total: event.total } })
        break
      case 'evaluating':
      case 'end':
        break
      default:
        event satisfies never
    }
  }

  #hearStep(event: Extract<RunEvent, { kind: 'progress' }>): void {
    const { step, maxSteps, epoch, loss, seconds } = event
    if (this.#secondsAtStep !== null) this.#stepSeconds.push(seconds - this.#secondsAtStep)
    if (this.#stepSeconds.length > STEPS_OF_PACE) this.#stepSeconds.shift()
    this.#secondsAtStep = seconds
    if (isRecordedStep(event)) this.#add('metrics', stepMetricsOf(event))
    this.change({ step, maxSteps, epoch, loss, seconds, secondsLeft: secondsLeft(this.#stepSeconds, maxSteps - step) })
  }

  #warn(problem: Problem): void {
    this.warnings.push(problem)
    this.#news.warnings.push(problem)
  }

  #add<Part extends 'log' | 'metrics' | 'samples'>(part: Part, item: RunDetails[Part][number]): void {
    // Both hold items of this part, which TypeScript does not see in a union of them.
    ;(this.details?.[part] as unknown[] | undefined)?.push(item)
    ;(this.#news[part] as unknown[]).push(item)
  }
}

const isSameLine = (a: LogLine, b: LogLine): boolean => a.step === b.step && Object.keys(a).sort().join() === Object.keys(b).sort().join()

const nothingNew = (): Pick<RunChange, 'log' | 'metrics' | 'samples' | 'warnings'> => ({
  log: [],
  metrics: [],
  samples: [],
  warnings: [],
})
