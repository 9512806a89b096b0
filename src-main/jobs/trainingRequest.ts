import { z } from 'zod'
import { TuneDeskError } from '../contract/error.ts'
import { randomPermutation } from '../engine/3-batches/randomPermutation.ts'
import { PRESETS } from '../contract/presets.ts'
import { createSettings, type TrainingSettings } from '../contract/trainingSettings.ts'
import { openDataset, requireRows, type NumberedRow, type OpenedDataset } from './dataset.ts'
import { checkRequest } from './request.ts'

const presetNames = Object.keys(PRESETS) as (keyof typeof PRESETS)[]
const HELD_OUT_EXPECTED = '0 < x < 1'

const trainingSchema = z.strictObject({
  data: z.string(),
  /** A model folder. */
  model: z.string(),
  /** The run's folder: not there yet, or empty. */
  output: z.string(),
  preset: z.enum(presetNames, { error: presetNames.join(' | ') }).optional(),
  /** On top of the preset. */
  settings: z.record(z.string(), z.unknown()).default({}),
  /** Rows to evaluate on and never learn from: a file of their own, or a share of `data`. Without it those that a project holds out. */
  heldOut: z
    .union([z.string(), z.number().gt(0, { error: HELD_OUT_EXPECTED }).lt(1, { error: HELD_OUT_EXPECTED })], {
      error: HELD_OUT_EXPECTED,
    })
    .optional(),
  /** Checkpoints beyond what the settings say, so that a crash costs little. None of them stays. */
  savesBetween: z.boolean().default(false),
  /** Where rows that were tokenised are kept; unless given, nowhere. */
  cache: z.string().optional(),
})
export type TrainingRequest = z.input<typeof trainingSchema>
type CheckedTrainingRequest = z.output<typeof trainingSchema>

/** A run that was asked for, its rows read and its settings complete. */
export interface PreparedRequest {
  model: string
  output: string
  settings: TrainingSettings
  rows: NumberedRow[]
  heldOutRows: NumberedRow[]
  name: string
  findings: OpenedDataset['findings']
  savesBetween: boolean
  cache: string | undefined
}

/** @throws TuneDeskError usage/…, settings/…, dataset/…, files/… */
export async function prepareRequest(request: TrainingRequest): Promise<PreparedRequest> {
  const checked = checkRequest(trainingSchema, request)
  const dataset = await openDataset(checked.data)
  requireRows(dataset)
  const given = { ...(checked.preset ? PRESETS[checked.preset] : {}), ...checked.settings }
  // Rows that are held out are there to be evaluated; the Trainer's default would leave them unused.
  const holdsOut = checked.heldOut !== undefined || dataset.heldOut.size > 0
  const settings = createSettings(holdsOut ? { eval_strategy: 'epoch', ...given } : given)
  const { rows, heldOutRows } = await split(dataset, checked, settings)
  const { model, output, savesBetween, cache } = checked
  return { model, output, settings, rows, heldOutRows, name: dataset.name, findings: dataset.findings, savesBetween, cache }
}

async function split(
  dataset: OpenedDataset,
  { data, heldOut }: CheckedTrainingRequest,
  { data_seed, seed }: TrainingSettings,
): Promise<{ rows: NumberedRow[]; heldOutRows: NumberedRow[] }> {
  if (typeof heldOut === 'string') {
    const other = await openDataset(heldOut)
    requireRows(other)
    return { rows: dataset.rows, heldOutRows: other.rows }
  }
  const held = heldOut === undefined ? dataset.heldOut : shareOf(dataset, heldOut, data_seed ?? seed)
  const rows = dataset.rows.filter(({ index }) => !held.has(index))
  if (rows.length === 0) throw new TuneDeskError('dataset/all-held-out', { data })
  return { rows, heldOutRows: dataset.rows.filter(({ index }) => held.has(index)) }
}

/** So many rows, one at least, drawn by the seed. */
function shareOf({ rows }: OpenedDataset, share: number, seed: number): Set<number> {
  const order = randomPermutation(rows.length, seed)
  return new Set(order.slice(0, Math.max(1, Math.round(rows.length * share))).map((at) => rows[at]?.index ?? at))
}
