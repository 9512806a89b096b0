import { z } from 'zod'
import { changesOf } from '../changesOf.ts'
import { call, event } from '../define.ts'
import { PRESET_NAMES } from '../presets.ts'
import { trainingSettingsSchema } from '../trainingSettings.ts'

/** What a project will be trained with. Part of project.json. */
export const planSchema = z.strictObject({
  /** `starter`, or a model's folder. */
  model: z.string(),
  preset: z.enum(PRESET_NAMES),
  /** What differs from the preset, under the Trainer's names. */
  settings: changesOf(trainingSettingsSchema),
})
export type Plan = z.output<typeof planSchema>

/** A project that is open. Its rows and runs are areas of their own. */
export interface Project {
  folder: string
  name: string
  plan: Plan
}

export interface RecentProject {
  folder: string
  name: string
  /** ISO 8601 */
  openedAt: string
  /** False where its folder is not there now: on a disk that is not connected, or moved. */
  isThere: boolean
}

/** The sample projects that ship with the app. */
export const SAMPLES = ['poems', 'couplets'] as const
export type Sample = (typeof SAMPLES)[number]

/** Which open project a call is about. */
export const project = z.string()

export const projects = {
  calls: {
    /** Begins a project in a folder of its own, empty or from a sample, and opens it. @throws projects/… */
    'projects.create': call<Project>()(z.strictObject({ name: z.string(), sample: z.enum(SAMPLES).optional() })),
    /** Opens a project's folder. Opening it again gives the same. @throws projects/not-a-project, projects/in-use, files/… */
    'projects.open': call<Project>()(z.strictObject({ folder: z.string() })),
    'projects.close': call<null>()(z.strictObject({ project })),
    'projects.rename': call<Project>()(z.strictObject({ project, name: z.string() })),
    /** Changes parts of the plan. Its settings are replaced as a whole: what is not among them is the preset's. */
    'projects.changePlan': call<Project>()(z.strictObject({ project, plan: changesOf(planSchema) })),
    'projects.recent': call<RecentProject[]>()(z.undefined()),
    /** Takes a project off the list; its folder stays. */
    'projects.forget': call<RecentProject[]>()(z.strictObject({ folder: z.string() })),
  },
  events: {
    'projects.changed': event<Project>(),
  },
}
