import type { CutPreview, LearnsOverview } from '../contract/areas/learns.ts'
import type { ProjectRow } from '../contract/areas/rows.ts'
import { TuneDeskError } from '../contract/error.ts'
import { maskLayout } from '../engine/2-tokens/maskLayout.ts'
import { modelFolderOf } from '../jobs/model.ts'
import type { ServiceContext } from './backend.ts'
import { tokenCacheFolder } from './dataFolder.ts'
import type { HandlersOf } from './handlersOf.ts'
import { createPauses } from '../files/pauses.ts'
import { firstEpoch, type EpochBatch } from './learns/firstEpoch.ts'
import { maskSettingsOf, ProjectLearner, settingsOf, type Pass, type Situation } from './learns/projectLearner.ts'
import { faultOf, useOf } from './learns/survey.ts'
import type { OpenProjects } from './projects.ts'

/** A small project's overview is known within this time, and then nothing flickers. */
const MILLISECONDS_TO_WAIT = 150
/** Rows of which the preview of a limit shows the words that are cut. */
const PREVIEWED_ROWS = 20

/** The rows of an open project, as they are now. */
export interface RowSource {
  snapshot(project: string): Promise<{ version: number; rows: readonly ProjectRow[] }>
}

/** What is known of a project's rows when all of them are tokenised. */
export interface Learned {
  overview: LearnsOverview
  /** Tokens that each row keeps, of those that are learned from and of those held out, in the trainer's order. */
  lengths: { learnedFrom: number[]; heldOut: number[] }
}

interface Learns {
  handlers: HandlersOf<'learns'>
  /** Waits until every row is tokenised: what an estimate before a training needs. @throws learns/stopped where a person does not want to wait */
  settled(project: string): Promise<Learned>
}

/** What the model learns: from the trainer's own arrays, by the project's plan. */
export function createLearns(context: ServiceContext, projects: OpenProjects, source: RowSource): Learns {
  const engine = context.engines.tokens
  const cacheFolder = tokenCacheFolder(context.dataFolder)
  const learners = new Map<string, ProjectLearner>()
  /** Of all overviews: a project that is opened again goes on from where it was. */
  let seq = 0
  /** Of the batches that were looked at: which rows are in them is drawn once for as long as nothing changes. */
  const epochs = new WeakMap<Pass, EpochBatch[]>()
  projects.onClose(async (project) => {
    learners.get(project)?.close()
    learners.delete(project)
  })

  const situationOf = async (project: string): Promise<Situation> => {
    const { plan } = projects.require(project)
    const [modelFolder, { version, rows }] = await Promise.all([
      modelFolderOf(plan.model, context.resources),
      source.snapshot(project),
    ])
    return { plan, modelFolder, version, rows }
  }
  const learnerOf = (project: string): ProjectLearner => {
    const learner =
      learners.get(project) ??
      new ProjectLearner(project, engine, cacheFolder, {
        nextSeq: () => ++seq,
        tell: (overview) => context.emit('learns.changed', overview),
      })
    learners.set(project, learner)
    return learner
  }
  const look = async (project: string, again: readonly LearnsOverview['phase'][] = []) => {
    const situation = await situationOf(project)
    const learner = learnerOf(project)
    return { learner, pass: learner.look(situation, again) }
  }
  /** What the project is now, when all of it is known, or it has ended otherwise. */
  const known = async (
    project: string,
    again: readonly LearnsOverview['phase'][] = [],
  ): Promise<{ pass: Pass; overview: LearnsOverview }> => {
    for (;;) {
      const { learner, pass } = await look(project, again)
      await pass.finished
      if (learner.isCurrent(pass)) return { pass, overview: learner.overview }
    }
  }

  /** What the project is now, with the lengths of all its rows. @throws whatever keeps them from being known */
  const measured = async (project: string): Promise<Pass> => {
    const { pass, overview } = await known(project)
    if (overview.problem) throw new TuneDeskError(overview.problem.code, overview.problem.parameters)
    return pass
  }

  return {
    handlers: {
      async 'learns.overview'({ project, resume }) {
        const { learner, pass } = await look(project, resume ? ['failed', 'stopped'] : ['failed'])
        await Promise.race([pass.finished, pause(MILLISECONDS_TO_WAIT)])
        return learner.overview
      },
      async 'learns.stop'({ project }) {
        projects.require(project)
        await learners.get(project)?.stop()
        return null
      },
      async 'learns.rows'({ project, mark, start, end }) {
        const { learner, pass } = await look(project)
        const { survey } = pass
        return { seq: learner.overview.seq, count: survey.count(mark), start, rows: survey.page(mark, start, end) }
      },
      async 'learns.locate'({ project, mark, id }) {
        const { pass } = await look(project)
        return { at: pass.survey.locate(mark, id) }
      },
      async 'learns.row'({ project, id, start }) {
        const { plan, modelFolder: model, rows } = await situationOf(project)
        const position = rows.findIndex((each) => each.id === id)
        const found = rows[position]
        if (!found) return null
        const about = { id, position, use: useOf(found), fault: faultOf(found) }
        if (about.fault) return { ...NOTHING, ...about }
        const { instruct, input, label } = found
        const row = { instruct, input, label }
        return { ...(await engine.run('examineRow', { model, row, settings: maskSettingsOf(plan), start })), ...about }
      },
      async 'learns.batch'({ project, index }) {
        let { pass } = await look(project)
        // Which rows are packed together goes by the lengths of all.
        if (settingsOf(pass.situation).packing) pass = await measured(project)
        await pass.entered
        const batches = epochs.get(pass) ?? firstEpoch(pass)
        epochs.set(pass, batches)
        const at = Math.min(index, batches.length - 1)
        const { positions = [], step = 1 } = batches[at] ?? {}
        const { plan, modelFolder: model, rows } = pass.situation
        const members = positions.flatMap((position) => {
          const row = rows[position]
          return row ? [{ row, position }] : []
        })
        const collated = await engine.run('collateRows', {
          model,
          rows: members.map(({ row: { instruct, input, label } }) => ({ instruct, input, label })),
          settings: maskSettingsOf(plan),
          packed: settingsOf(pass.situation).packing,
        })
        return {
          ...collated,
          index: at,
          count: batches.length,
          step,
          rows: members.map(({ row: { id }, position }) => ({ id, position })),
        }
      },
      async 'learns.cutWords'({ project, maxLength }) {
        const { survey, situation } = await measured(project)
        const { loss_on: lossOn, template } = maskSettingsOf(situation.plan)
        const preview: CutPreview = { maxLength, rows: 0, tokens: 0, emptied: 0, words: [] }
        const shown: { row: ProjectRow; position: number }[] = []
        const rest = createPauses()
        for (const [position, row] of situation.rows.entries()) {
          const measure = survey.measureAt(position)
          if (measure) {
            const { counts, taught } = maskLayout(measure, { maxLength, lossOn })
            if (taught === 0) preview.emptied++
            if (counts['cut-off'] > 0) {
              preview.rows++
              preview.tokens += counts['cut-off']
              if (shown.length < PREVIEWED_ROWS) shown.push({ row, position })
            }
          }
          await rest()
        }
        const words = await engine.run('cutWords', {
          model: situation.modelFolder,
          rows: shown.map(({ row: { instruct, input, label } }) => ({ instruct, input, label })),
          settings: { max_length: maxLength, loss_on: lossOn, template },
        })
        preview.words = shown.flatMap(({ row: { id }, position }, i) => {
          const found = words[i]
          return found ? [{ id, position, ...found }] : []
        })
        return preview
      },
    },
    async settled(project) {
      const { pass, overview } = await known(project, ['failed', 'stopped'])
      if (overview.phase === 'stopped') throw new TuneDeskError('learns/stopped')
      const { survey } = pass
      const lengths = { learnedFrom: survey.keptLengths('learned-from'), heldOut: survey.keptLengths('held-out') }
      return { overview, lengths }
    },
  }
}

/** Of a row that the trainer leaves out. */
const NOTHING = {
  tokens: [],
  start: 0,
  tokenCount: 0,
  counts: { given: 0, learned: 0, 'end-mark': 0, 'cut-off': 0 },
  taught: 0,
  total: 0,
  warnings: [],
  text: '',
  answerStart: 0,
  isTextCut: false,
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
