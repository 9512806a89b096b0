import type { Client } from '../../src-main/contract/client.ts'
import type { Plan, Project } from '../../src-main/contract/areas/projects.ts'
import type { RowsState } from '../../src-main/contract/areas/rows.ts'
import type { RunId, RunSummary } from '../../src-main/contract/areas/runs.ts'
import type { Step, StepState } from './place.ts'
import { ProjectExamples } from './projectExamples.svelte.ts'
import { ProjectLearning } from './projectLearning.svelte.ts'
import { ProjectTesting } from './projectTesting.svelte.ts'
import { testStep } from './testStep.ts'

const UNDER_WAY: readonly RunSummary['phase'][] = ['queued', 'preparing', 'training', 'stopping']

interface ToldOfRun {
  run: RunId
  /** Null where it is deleted. */
  summary: RunSummary | null
}

const newestFirst = (runs: readonly RunSummary[]): RunSummary[] =>
  [...runs].sort((a, b) => b.createdAt.localeCompare(a.createdAt))

/** The project that is open, kept up to date by what the main process tells of it. */
export class OpenProject {
  readonly folder: string
  readonly #client: Client
  readonly #listening: (() => void)[]
  readonly examples: ProjectExamples
  readonly learning: ProjectLearning
  readonly testing: ProjectTesting
  info: Project = $state.raw() as Project
  rows: RowsState | null = $state.raw(null)
  /** What was told of runs while their list is being read. */
  #told: ToldOfRun[] | null = null
  /** Newest first. */
  runs: readonly RunSummary[] = $state.raw([])

  readonly steps: Record<Step, StepState> = $derived.by(() => ({
    examples: this.examples.step(this.rows),
    learns: this.learning.step,
    train: this.#trainState(),
    test: testStep(this.runs, this.testing.isTesting),
  }))

  constructor(client: Client, project: Project) {
    this.#client = client
    this.folder = project.folder
    this.info = project
    this.examples = new ProjectExamples(client, project.folder)
    this.learning = new ProjectLearning(client, project.folder)
    this.testing = new ProjectTesting(client, project.folder)
    const isOurs = (of: { project: string }): boolean => of.project === this.folder
    this.#listening = [
      client.on('projects.changed', (changed) => {
        if (changed.folder === this.folder) this.info = changed
      }),
      client.on('rows.changed', (rows) => {
        if (isOurs(rows)) this.takeRows(rows)
      }),
      client.on('runs.changed', (change) => {
        if (isOurs(change)) this.#takeRun(change.runId, change.summary)
      }),
      client.on('runs.removed', (removed) => {
        if (isOurs(removed)) this.#takeRun(removed.runId, null)
      }),
    ]
  }

  /** Reads everything anew: at first, and after the connection was lost. */
  async refresh(): Promise<void> {
    const project = this.folder
    await Promise.all([this.#client.call('rows.state', { project }).then((rows) => this.takeRows(rows)), this.#readRuns()])
    this.learning.refreshSoon()
  }

  /** What is told while the list is on its way is newer than the list. */
  async #readRuns(): Promise<void> {
    const told: ToldOfRun[] = []
    this.#told = told
    const listed = await this.#client.call('runs.list', { project: this.folder })
    if (this.#told !== told) return
    this.#told = null
    this.runs = newestFirst(listed)
    for (const { run, summary } of told) this.#takeRun(run, summary)
  }

  /** The rows as they are after a change. What was told before a newer change comes too late. */
  takeRows(rows: RowsState): void {
    if (this.rows && rows.version < this.rows.version) return
    if (rows.version !== this.rows?.version) this.examples.refreshSoon()
    this.rows = rows
  }

  async changePlan(plan: Partial<Plan>): Promise<void> {
    this.info = await this.#client.call('projects.changePlan', { project: this.folder, plan })
  }

  /** Changes settings of the plan; undefined goes back to the preset's. */
  changeSettings(changes: { [Name in keyof Plan['settings']]?: Plan['settings'][Name] | undefined }): Promise<void> {
    const all = { ...this.info.plan.settings, ...changes }
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
    return this.changePlan({ settings: given })
  }

  /** Stops listening. */
  close(): void {
    for (const stop of this.#listening) stop()
    this.examples.close()
    this.learning.close()
    this.testing.close()
  }

  #takeRun(run: RunId, summary: RunSummary | null): void {
    this.#told?.push({ run, summary })
    const others = this.runs.filter(({ id }) => id !== run)
    this.runs = newestFirst(summary ? [...others, summary] : others)
  }

  #trainState(): StepState {
    const [newest] = this.runs
    if (this.runs.some(({ phase }) => UNDER_WAY.includes(phase))) return 'busy'
    if (newest && (newest.phase === 'interrupted' || newest.phase === 'failed')) return 'attention'
    if (this.runs.some(({ phase }) => phase === 'finished')) return 'done'
    return this.rows && this.rows.count > 0 ? 'ready' : 'empty'
  }
}
