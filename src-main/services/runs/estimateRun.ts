import { join } from 'node:path'
import type { Estimate, Problem } from '../../contract/areas/runs.ts'
import type { Plan } from '../../contract/areas/projects.ts'
import { planSettings } from '../../contract/planSettings.ts'
import { TuneDeskError } from '../../contract/error.ts'
import type { Engine } from '../../host/engine.ts'
import { describeModel, modelFolderOf } from '../../jobs/model.ts'
import { memoryLimit } from '../../jobs/memoryLimit.ts'
import { freeDiskBytes } from '../../jobs/diskSpace.ts'
import type { Learned } from '../learns.ts'

interface EstimateOptions {
  project: string
  plan: Plan
  resources: string
  /** What is known of the project's rows. */
  learned: Learned
  engine: Engine
  /** Of this computer: 10⁹ operations a second. */
  gigaflops: number
  measure: boolean
  /** Ends a measurement; the estimate is then by formula. */
  signal: AbortSignal
}

/** What the project's plan would take, or why it cannot start: then nothing else is known. Throws no error that a person could mend. */
export async function estimateRun(options: EstimateOptions): Promise<Estimate> {
  const { project, plan, resources, learned, engine, gigaflops, measure, signal } = options
  const { overview, lengths } = learned
  if (overview.blockers.length > 0) return blocked(project, overview.blockers)
  try {
    const { folder: model } = await describeModel(await modelFolderOf(plan.model, resources))
    const request = {
      model,
      folder: join(project, 'runs'),
      settings: planSettings(plan, lengths.heldOut.length > 0),
      lengths,
      taughtShare: overview.read === 0 ? 0 : overview.taught / overview.read,
      gigaflops,
      measure,
    }
    return await engine.run('estimate', request, { signal })
  } catch (error) {
    if (!(error instanceof TuneDeskError)) throw error
    return blocked(project, [{ code: error.code, parameters: error.parameters }])
  }
}

async function blocked(project: string, blockers: Problem[]): Promise<Estimate> {
  return {
    basis: 'formula',
    steps: 0,
    seconds: { low: 0, high: 0 },
    memory: { needed: 0, ...(await memoryLimit()) },
    disk: { needed: 0, free: await freeDiskBytes(project) },
    verdict: 'fits',
    adjustments: [],
    blockers,
  }
}
