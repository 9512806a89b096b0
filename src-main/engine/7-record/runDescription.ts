import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import { folderOfAtomicFiles } from '../../files/atomicFile.ts'
import { containedPath } from '../../files/containment.ts'
import { exists, nodeFileSystem } from '../../files/fileSystem.ts'
import { MAX_CONFIG_JSON, MAX_JOURNAL, MAX_SIDE_FILE } from '../../files/limits.ts'
import { readFileCapped, readJsonCapped, readTextCapped } from '../../files/readFile.ts'
import type { Row } from '../../contract/row.ts'
import type { TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import { createSettings, trainingSettingsSchema, type TrainingSettings } from '../../contract/trainingSettings.ts'
import { writeModelFiles, type ModelFile } from './modelFiles.ts'

export const RUN_FILE = 'run.json'
const TRAINING_ARGUMENTS_FILE = 'training_args.json'
const ROWS_FILE = 'rows.jsonl'
const HELD_OUT_ROWS_FILE = 'held_out_rows.jsonl'
const ROW_INDICES_FILE = 'row_indices.json'

/** Everything that a run is, fixed before its first step: enough to begin, resume and test it without any other file but the base weights. */
export interface RunDescription {
  settings: TrainingSettings
  rows: Row[]
  heldOutRows: Row[]
  /** Where they stand in what they were taken from, from 0, so that they can be found there again. Unknown of older runs. */
  rowIndices?: RowIndices
  baseModel: BaseModel
  /** Of the tokenised rows: see `rowsFingerprint`. */
  rowsFingerprint: string
  modelFiles: ModelFile[]
}

interface RowIndices {
  rows: number[]
  heldOutRows: number[]
}

/** The model that the run began from. */
export interface BaseModel {
  name: string
  folder: string
  license: string | null
  /** Of its weights: see `weightsFingerprint`. Unknown of older runs. */
  fingerprint?: string
}

const RUN = z.object({
  version: z.literal(1),
  base_model: z.object({
    name: z.string(),
    folder: z.string(),
    license: z.string().nullable(),
    fingerprint: z.exactOptional(z.string()),
  }),
  rows_sha256: z.string(),
  model_files: z.array(z.string()),
})
const ROW_INDICES = z.object({ rows: z.array(z.int().nonnegative()), held_out_rows: z.array(z.int().nonnegative()) })
const ROW: z.ZodType<Row> = z.strictObject({ instruct: z.string(), input: z.string(), label: z.string() })

/**
 * Begins a run's folder: rows, settings and the model's files but its weights, run.json last.
 * @throws TuneDeskError files/…
 */
export async function writeRunDescription(folder: string, run: RunDescription): Promise<void> {
  const output = folderOfAtomicFiles(folder)
  await writeModelFiles(output, run.modelFiles)
  await output.write(ROWS_FILE, printRows(run.rows))
  await output.write(HELD_OUT_ROWS_FILE, printRows(run.heldOutRows))
  if (run.rowIndices) {
    const { rows, heldOutRows } = run.rowIndices
    const indices: z.infer<typeof ROW_INDICES> = { rows, held_out_rows: heldOutRows }
    await output.write(ROW_INDICES_FILE, `${JSON.stringify(indices)}\n`)
  }
  await output.write(TRAINING_ARGUMENTS_FILE, `${JSON.stringify(run.settings, null, 2)}\n`)
  const description: z.infer<typeof RUN> = {
    version: 1,
    base_model: run.baseModel,
    rows_sha256: run.rowsFingerprint,
    model_files: run.modelFiles.map(({ name }) => name),
  }
  await output.write(RUN_FILE, `${JSON.stringify(description, null, 2)}\n`)
}

/**
 * @throws runs/not-a-run where the folder is none, runs/damaged where a file of it is not as we wrote it, files/… of reading
 */
export async function readRunDescription(folder: string): Promise<RunDescription> {
  const { run, settings } = await readRunFiles(folder)
  const rows = async (name: string): Promise<Row[]> =>
    (await readTextCapped(await pathOf(folder, name), MAX_JOURNAL))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parse(ROW, parseJson(line), folder, name))
  const modelFiles: ModelFile[] = []
  for (const name of run.model_files)
    modelFiles.push({ name, content: await readFileCapped(await pathOf(folder, name), MAX_SIDE_FILE) })
  const rowIndices = await readRowIndices(folder)
  return {
    settings,
    rows: await rows(ROWS_FILE),
    heldOutRows: await rows(HELD_OUT_ROWS_FILE),
    ...(rowIndices ? { rowIndices } : {}),
    baseModel: run.base_model,
    rowsFingerprint: run.rows_sha256,
    modelFiles,
  }
}

async function readRowIndices(folder: string): Promise<RowIndices | null> {
  const path = join(folder, ROW_INDICES_FILE)
  if (!(await exists(path, nodeFileSystem))) return null
  const indices = parse(ROW_INDICES, await readJsonCapped(path, MAX_JOURNAL), folder, ROW_INDICES_FILE)
  return { rows: indices.rows, heldOutRows: indices.held_out_rows }
}

/** What a run began from, without reading its rows. @throws as `readRunDescription` */
export async function readRunBeginning(folder: string): Promise<Pick<RunDescription, 'settings' | 'baseModel'>> {
  const { run, settings } = await readRunFiles(folder)
  return { settings, baseModel: run.base_model }
}

async function readRunFiles(folder: string): Promise<{ run: z.infer<typeof RUN>; settings: TrainingSettings }> {
  const json = async (name: string): Promise<unknown> => readJsonCapped(await pathOf(folder, name), MAX_CONFIG_JSON)
  const run = parse(RUN, await json(RUN_FILE), folder, RUN_FILE)
  const settings = parse(trainingSettingsSchema, await json(TRAINING_ARGUMENTS_FILE), folder, TRAINING_ARGUMENTS_FILE)
  return { run, settings: createSettings(settings) }
}

async function pathOf(folder: string, name: string): Promise<string> {
  try {
    return await containedPath(folder, name)
  } catch (error) {
    throw new TuneDeskError('runs/not-a-run', { folder, file: name }, { cause: error })
  }
}

/**
 * A checksum of what the trainer eats. A run is only resumed on the same ids and labels: a tokenizer that came out differently (of
 * another version of the app, say) would make it another run.
 */
export function rowsFingerprint(rows: readonly TokenisedRow[], heldOutRows: readonly TokenisedRow[]): string {
  const hash = createHash('sha256')
  for (const [part, list] of [rows, heldOutRows].entries())
    for (const { ids, labels } of list) hash.update(Int32Array.from([part, ids.length, ...ids, ...labels]))
  return hash.digest('hex')
}

/** JSON Lines; the names are those of every dataset that the app reads. */
const printRows = (rows: readonly Row[]): string =>
  rows.map(({ instruct, input, label }) => `${JSON.stringify({ instruct, input, label })}\n`).join('')

function parse<T>(schema: z.ZodType<T>, value: unknown, folder: string, file: string): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new TuneDeskError('runs/damaged', { folder, file }, { cause: parsed.error })
  return parsed.data
}

/** undefined where it is no JSON, which no schema takes. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
