import type { LearnsOverview } from '../../contract/areas/learns.ts'
import type { Plan } from '../../contract/areas/projects.ts'
import type { ProjectRow } from '../../contract/areas/rows.ts'
import type { Problem } from '../../contract/areas/runs.ts'
import { bookEntry } from '../../contract/bookEntry.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { planSettings } from '../../contract/planSettings.ts'
import { PRESETS } from '../../contract/presets.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import type { Engine } from '../../host/engine.ts'
import { maskSettingsSchema, type MaskSettings } from '../../jobs/check.ts'
import { createPauses } from '../../files/pauses.ts'
import { RowMeasures } from './rowMeasures.ts'
import { Survey, useOf } from './survey.ts'

/** A chunk of rows for the engine takes it some tens of milliseconds: progress is told in between, and nothing waits for long. */
const CHUNK_CHARACTERS = 40_000
const CHUNK_ROWS = 500
/** At most ten events a second. */
const MILLISECONDS_BETWEEN_EVENTS = 100

/** What a project is at one moment. */
export interface Situation {
  plan: Plan
  /** Of the plan's model. */
  modelFolder: string
  version: number
  rows: readonly ProjectRow[]
}

/** The last situation that was looked at, and what came of it. */
export interface Pass {
  situation: Situation
  key: string
  survey: Survey
  /** Ends when it is known which rows are learned from; never rejects. */
  entered: Promise<void>
  /** Ends when all is known, something failed, a person stopped it, or another situation has come; never rejects. */
  finished: Promise<void>
  isFinished: boolean
  isStopped: boolean
}

/** How what is known is told, each time under a higher number. */
interface Telling {
  nextSeq: () => number
  tell: (overview: LearnsOverview) => void
}

/** The part of a plan's settings that decides the mask; it stands even where others do not go together. */
export const maskSettingsOf = ({ preset, settings }: Plan): MaskSettings => {
  const { max_length, loss_on, template }: Partial<TrainingSettings> = { ...PRESETS[preset], ...settings }
  return maskSettingsSchema.parse({ max_length, loss_on, template })
}

/** All settings of the training. @throws TuneDeskError settings/… where they do not go together */
export const settingsOf = ({ plan, rows }: Situation): TrainingSettings =>
  planSettings(
    plan,
    rows.some(({ heldOut }) => heldOut),
  )

/** Keeps what is known of one project's tokens, and finds out what is not. */
export class ProjectLearner {
  readonly #project: string
  readonly #engine: Engine
  readonly #cacheFolder: string
  readonly #telling: Telling
  /** For one tokenizer and one template. */
  #measures = new RowMeasures()
  #measuresKey = ''
  #pass: Pass | null = null
  #overview: LearnsOverview | null = null
  #toldAt = 0

  constructor(project: string, engine: Engine, cacheFolder: string, telling: Telling) {
    this.#project = project
    this.#engine = engine
    this.#cacheFolder = cacheFolder
    this.#telling = telling
  }

  /**
   * Begins to find out what a situation brings, unless that is known or under way. What was under way for another one ends.
   * @param again how it may have ended to be begun again
   */
  look(situation: Situation, again: readonly LearnsOverview['phase'][]): Pass {
    const key = JSON.stringify([situation.version, situation.plan])
    const before = this.#pass
    if (before?.key === key && !(before.isFinished && again.includes(this.overview.phase))) return before
    const { max_length: maxLength, loss_on: lossOn } = maskSettingsOf(situation.plan)
    const pass: Pass = {
      situation,
      key,
      survey: new Survey(situation.rows, { maxLength, lossOn }),
      entered: Promise.resolve(),
      finished: Promise.resolve(),
      isFinished: false,
      isStopped: false,
    }
    this.#pass = pass
    this.#toldAt = performance.now()
    this.#change(pass, { phase: situation.rows.length === 0 ? 'empty' : 'tokenising', problem: null, blockers: [] })
    pass.entered = enterRows(pass)
    pass.finished = this.#findOut(pass)
      .catch((error: unknown) => {
        const problem = bookEntry(error)
        this.#change(pass, { phase: 'failed', problem, blockers: [problem] })
      })
      .finally(() => {
        pass.isFinished = true
        this.#announce(pass)
      })
    return pass
  }

  get overview(): LearnsOverview {
    if (!this.#overview) throw new Error('looked at before anything was known')
    return this.#overview
  }

  /** Whether nothing has changed since. */
  isCurrent(pass: Pass): boolean {
    return this.#pass === pass
  }

  /** Ends what is under way, where a person does not want to wait for it. */
  async stop(): Promise<void> {
    if (!this.#pass) return
    this.#pass.isStopped = true
    await this.#pass.finished
  }

  /** Forgets what is under way. */
  close(): void {
    this.#pass = null
  }

  async #findOut(pass: Pass): Promise<void> {
    const { survey, situation } = pass
    const { plan, modelFolder: model, rows } = situation
    const { template } = maskSettingsOf(plan)
    await pass.entered
    // Where there is nothing to read, no model is opened for it.
    if (rows.length === 0) {
      this.#change(pass, { blockers: await this.#blockers(pass) })
      return
    }
    const { fingerprint, hasChatTemplate } = await this.#engine.run('describeTokenizer', { model })
    if (this.#pass !== pass) return
    this.#change(pass, { hasChatTemplate })
    if (template === 'chat' && !hasChatTemplate) throw new TuneDeskError('tokenizer/no-chat-template', { folder: model })
    const measuresKey = `${template}\n${fingerprint}`
    if (measuresKey !== this.#measuresKey) this.#measures = new RowMeasures()
    this.#measuresKey = measuresKey

    const unknown = await this.#recall(pass)
    let left = unknown.length
    for (const chunk of chunks(unknown, rows)) {
      if (this.#pass !== pass) return
      if (pass.isStopped) {
        this.#change(pass, { phase: 'stopped' })
        return
      }
      const texts = chunk.flatMap((position) => {
        const row = rows[position]
        return row ? [{ instruct: row.instruct, input: row.input, label: row.label }] : []
      })
      left -= chunk.length
      const cache = { folder: this.#cacheFolder, isLast: left === 0 }
      const measured = await this.#engine.run('measureRows', { model, rows: texts, template, cache })
      chunk.forEach((position, i) => {
        const [row, measure] = [rows[position], measured[i]]
        if (!row || !measure) return
        this.#measures.keep(row, measure)
        survey.measured(position, measure)
      })
      this.#change(pass, {})
      this.#announce(pass)
    }
    if (this.#pass !== pass) return
    this.#measures.tidy(rows)
    const blockers = await this.#blockers(pass)
    this.#change(pass, { phase: 'known', blockers })
  }

  /** Tells the survey of the rows that are known from before. @returns positions of those that are still to be tokenised */
  async #recall({ survey, situation: { rows } }: Pass): Promise<number[]> {
    const rest = createPauses()
    const unknown: number[] = []
    for (const [position, row] of rows.entries()) {
      if (survey.useAt(position) === 'left-out') continue
      const measure = this.#measures.of(row)
      if (measure) survey.measured(position, measure)
      else unknown.push(position)
      await rest()
    }
    return unknown
  }

  /** What `startRun` would refuse, in its own order. */
  async #blockers({ survey, situation }: Pass): Promise<Problem[]> {
    const { rows } = situation
    if (rows.length === 0) return [{ code: 'dataset/empty', parameters: { file: 'rows.jsonl' } }]
    const { uses } = survey
    if (uses['left-out'] === rows.length)
      return [{ code: 'dataset/no-good-rows', parameters: { file: 'rows.jsonl', rows: rows.length } }]
    if (uses['learned-from'] === 0) return [{ code: 'dataset/all-held-out', parameters: { data: 'rows.jsonl' } }]
    let settings
    try {
      settings = settingsOf(situation)
    } catch (error) {
      return [bookEntry(error)]
    }
    const blocker = await this.#engine.run('findBlocker', {
      rows: survey.rowsWithNothingToLearn('learned-from'),
      heldOutRows: survey.rowsWithNothingToLearn('held-out'),
      settings,
    })
    return blocker ? [blocker] : []
  }

  #change(pass: Pass, changes: Partial<LearnsOverview>): void {
    if (this.#pass !== pass) return
    const { plan, version } = pass.situation
    const { max_length, loss_on, template } = maskSettingsOf(plan)
    this.#overview = {
      hasChatTemplate: this.#overview?.settings.model === plan.model ? this.#overview.hasChatTemplate : null,
      phase: this.#overview?.phase ?? 'tokenising',
      problem: this.#overview?.problem ?? null,
      blockers: this.#overview?.blockers ?? [],
      ...changes,
      project: this.#project,
      seq: this.#telling.nextSeq(),
      version,
      settings: { model: plan.model, max_length, loss_on, template },
      ...pass.survey.sum,
    }
  }

  #announce(pass: Pass): void {
    if (this.#pass !== pass || !this.#overview) return
    const now = performance.now()
    if (!pass.isFinished && now - this.#toldAt < MILLISECONDS_BETWEEN_EVENTS) return
    this.#toldAt = now
    this.#telling.tell(this.#overview)
  }
}

async function enterRows({ survey, situation: { rows } }: Pass): Promise<void> {
  const rest = createPauses()
  for (const [position, row] of rows.entries()) {
    survey.enter(position, useOf(row))
    await rest()
  }
}

/** Positions in groups that are small to tokenise. */
function* chunks(positions: readonly number[], rows: readonly ProjectRow[]): Generator<number[]> {
  let chunk: number[] = []
  let characters = 0
  for (const position of positions) {
    const { instruct = '', input = '', label = '' } = rows[position] ?? {}
    chunk.push(position)
    characters += instruct.length + input.length + label.length
    if (characters < CHUNK_CHARACTERS && chunk.length < CHUNK_ROWS) continue
    yield chunk
    chunk = []
    characters = 0
  }
  if (chunk.length > 0) yield chunk
}
