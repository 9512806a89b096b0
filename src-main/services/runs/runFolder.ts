import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { RunPhase, RunSnapshot, RunSummary } from '../../contract/areas/runs.ts'
import { verdictSchema } from '../../contract/verdict.ts'
import { parseConfig } from '../../engine/4-graph/parseConfig.ts'
import type { LogLine } from '../../contract/logLine.ts'
import { ADAPTER_WEIGHTS_FILE } from '../../engine/7-record/adapterFiles.ts'
import { checkpointSteps } from '../../engine/7-record/checkpointFolders.ts'
import { readProgress } from '../../engine/7-record/progressFiles.ts'
import { readRunDescription, RUN_FILE } from '../../engine/7-record/runDescription.ts'
import { METRICS_FILE, RESULTS_FILE } from '../../engine/7-record/runRecorder.ts'
import { RUN_STATE_FILE, runStateSchema } from '../../engine/7-record/runStateFile.ts'
import { checkpointName, logLineSchema, TRAINER_STATE_FILE, trainerStateSchema } from '../../engine/7-record/trainerStateFile.ts'
import { exists, nodeFileSystem } from '../../files/fileSystem.ts'
import { readJournal } from '../../files/journal.ts'
import { MAX_CONFIG_JSON, MAX_JOURNAL } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'
import { parameterCountOf } from '../../jobs/model.ts'
import { readAbout, type AboutRun } from './aboutFile.ts'
import { thinMetrics } from './thinMetrics.ts'

/** The charts' and lists' part of a snapshot. */
export type RunDetails = Pick<RunSnapshot, 'log' | 'metrics' | 'samples'>

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  )

const isThere = (path: string): Promise<boolean> => exists(path, nodeFileSystem)

/** Names of the folders of a project that hold runs: begun, or waiting to begin. */
export async function runIds(runsFolder: string): Promise<string[]> {
  const folders = await readdir(runsFolder, { withFileTypes: true }).catch(() => [])
  const ids: string[] = []
  for (const folder of folders) {
    if (!folder.isDirectory() || folder.name.startsWith('.')) continue
    const path = join(runsFolder, folder.name)
    if ((await isThere(join(path, RUN_FILE))) || (await readAbout(path)) !== null) ids.push(folder.name)
  }
  return ids
}

/**
 * A run that nobody carries out now, as its folder tells it.
 * @throws TuneDeskError runs/damaged, files/…
 */
export async function readRun(project: string, folder: string): Promise<{ summary: RunSummary; about: AboutRun }> {
  const about = (await readAbout(folder)) ?? (await aboutOf(folder))
  const isFinished = await isThere(join(folder, RESULTS_FILE))
  const steps = isFinished ? [] : await checkpointSteps(folder)
  const safeStep = steps.at(-1) ?? null
  const state = await readTrainerState(isFinished ? folder : join(folder, checkpointName(safeStep ?? 0)))
  // A finished run's log says all that a list shows; one that was cut off is known by its steps.
  const { log, metrics } = isFinished && state ? { log: state.log_history, metrics: [] } : await readDetails(folder)
  const newest = metrics.at(-1)
  const step = Math.max(state?.global_step ?? 0, newest?.step ?? 0)
  const phase = isFinished ? 'finished' : PHASES[about.state]
  const summary: RunSummary = {
    id: basename(folder),
    project,
    folder,
    name: about.name,
    phase,
    createdAt: about.createdAt,
    model: { name: about.model.name, parameterCount: about.model.parameterCount },
    settings: about.settings,
    rows: about.rows ?? 0,
    heldOutRows: about.heldOutRows ?? 0,
    step,
    maxSteps: state?.max_steps ?? about.maxSteps ?? 0,
    epoch: step === newest?.step ? newest.epoch : (state?.epoch ?? 0),
    seconds: isFinished ? (lastOf(log, 'train_runtime') ?? 0) : await secondsOf(join(folder, checkpointName(safeStep ?? 0))),
    tokenised: null,
    secondsLeft: null,
    loss: newest?.loss ?? lastOf(log, 'loss'),
    evalLoss: lastOf(log, 'eval_loss'),
    safeStep,
    problem: phase === 'failed' ? about.problem : null,
    verdict: await readVerdict(folder),
    adapterBytes: isFinished && about.settings.method === 'lora' ? await sizeOf(join(folder, ADAPTER_WEIGHTS_FILE)) : null,
  }
  return { summary, about }
}

const PHASES: Record<AboutRun['state'], RunPhase> = {
  // Nothing begins by itself when the app starts.
  queued: 'paused',
  going: 'interrupted',
  paused: 'paused',
  failed: 'failed',
}

/** @throws TuneDeskError files/… */
export async function readDetails(folder: string): Promise<RunDetails> {
  const metricsFile = join(folder, METRICS_FILE)
  const lines = (await isThere(metricsFile)) ? await readJournal(metricsFile) : []
  const log = lines.flatMap((line) => logLineSchema.safeParse(line).data ?? [])
  return { log, ...(await readProgress(folder)) }
}

export const shownDetails = ({ log, metrics, samples }: RunDetails): RunDetails => ({
  log: [...log],
  metrics: thinMetrics(metrics),
  samples: [...samples],
})

const lastOf = (log: readonly LogLine[], key: string): number | null => log.findLast((line) => key in line)?.[key] ?? null

async function secondsOf(checkpoint: string): Promise<number> {
  const json = await readJsonCapped(join(checkpoint, RUN_STATE_FILE), MAX_JOURNAL).catch(() => null)
  return runStateSchema.safeParse(json).data?.state.seconds ?? 0
}

async function readTrainerState(folder: string): Promise<z.output<typeof trainerStateSchema> | null> {
  const json = await readJsonCapped(join(folder, TRAINER_STATE_FILE), MAX_JOURNAL).catch(() => null)
  return trainerStateSchema.safeParse(json).data ?? null
}

const testSchema = z.object({ verdict: verdictSchema })

/** Of the run's last test. */
export async function readVerdict(folder: string): Promise<RunSummary['verdict']> {
  const json = await readJsonCapped(join(folder, 'test.json'), MAX_JOURNAL).catch(() => null)
  return testSchema.safeParse(json).data?.verdict ?? null
}

/** Of a run that the app did not begin, such as one of the command line. */
async function aboutOf(folder: string): Promise<AboutRun> {
  const { settings, rows, heldOutRows, baseModel } = await readRunDescription(folder)
  const config = parseConfig(await readJsonCapped(join(folder, 'config.json'), MAX_CONFIG_JSON))
  return {
    version: 1,
    name: basename(folder),
    createdAt: (await stat(join(folder, RUN_FILE))).mtime.toISOString(),
    state: 'going',
    model: { id: baseModel.folder, name: baseModel.name, parameterCount: parameterCountOf(config) },
    settings,
    rows: rows.length,
    heldOutRows: heldOutRows.length,
    maxSteps: null,
    problem: null,
  }
}
