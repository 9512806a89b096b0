import { z } from 'zod'
import { call, event } from '../define.ts'
import type { ErrorCode, ErrorParameters } from '../error.ts'
import type { PresetName } from '../presets.ts'

/** A model that can be trained or tested. */
export interface ModelSummary {
  /** `starter`, or the folder. What a project's plan names. */
  id: string
  folder: string
  name: string
  source: 'built-in' | 'added'
  /** Why it cannot be used, where it cannot: its folder is gone, or holds a model of an unsupported kind. Then the facts below are 0 or null. */
  problem: { code: ErrorCode; parameters: ErrorParameters } | null
  /** llama, qwen2, … */
  family: string | null
  parameterCount: number
  /** Bytes of its files on the disk. */
  size: number
  /** Tokens that it was made to read at most. */
  maxPositions: number
  hasChatTemplate: boolean
  license: string | null
  /** The preset that suits it on this computer. */
  preset: PresetName
  /** Names of the projects opened lately whose plan it is part of. */
  usedBy: string[]
}

const id = z.string()

export const models = {
  calls: {
    'models.list': call<ModelSummary[]>()(z.undefined()),
    /** Takes the model of a folder into the list; its files stay where they are. @throws TuneDeskError what is unsupported or missing, by name */
    'models.add': call<ModelSummary[]>()(z.strictObject({ folder: z.string() })),
    /** Takes it off the list; its files stay where they are. */
    'models.remove': call<ModelSummary[]>()(z.strictObject({ id })),
    /** What deleting it would delete, and the names of what else lies in its folder and stays. @throws models/not-added */
    'models.files': call<{ files: { name: string; /** Bytes. */ size: number }[]; others: string[] }>()(z.strictObject({ id })),
    /**
     * Deletes what `models.files` lists, and its folder where nothing else is in it, and takes it off the list.
     * @throws models/not-added, models/in-use, runs/in-use, models/links: then nothing was deleted; models/cannot-delete
     */
    'models.delete': call<{ models: ModelSummary[]; freed: number }>()(z.strictObject({ id })),
  },
  events: {
    'models.changed': event<ModelSummary[]>(),
  },
}
