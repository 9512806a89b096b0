import type { TrainingEvent } from '../engine/6-train/runRecorder.ts'
import type { ProbeResult } from '../contract/testReport.ts'
import { answer } from './answer.ts'
import { estimate, type EstimateRequest } from './estimate.ts'
import { keepAnswerers } from './keptAnswerers.ts'
import { collateRows, type CollationRequest } from './learns/collateRows.ts'
import { cutWords, type CutWordsRequest } from './learns/cutWords.ts'
import { examineRow, type ExaminationRequest } from './learns/examineRow.ts'
import { findBlocker, type BlockerRequest } from './learns/findBlocker.ts'
import { measure, type MeasureRequest } from './learns/measure.ts'
import { describeTokenizer, keepTokenizers } from './learns/tokenizers.ts'
import { importRows, readImport, type ImportReading, type ImportRequest, type ProgressEvent } from './imports.ts'
import { inspectModel } from './inspectModel.ts'
import { keepTable } from './keptTable.ts'
import { mergeAdapter, type MergeRequest } from './mergeAdapter.ts'
import { measureMatmul } from './measureMatmul.ts'
import { finishRun, resumeRun, startRun, type ResumeRequest, type RunBeginning } from './runs.ts'
import { testRun } from './tests.ts'

export interface JobHooks<Event> {
  /** What it tells while it goes on. The event can cross to another process: plain data. */
  onEvent: (event: Event) => void
  /** Its `reason` may be a word that says how to end. */
  signal: AbortSignal
}

/** Work for the engine's process: a function of plain data that tells events and gives plain data. */
type Job<Argument, Event, Value> = (argument: Argument, hooks: JobHooks<Event>) => Promise<Value>

const job = <Argument, Event, Value>(work: Job<Argument, Event, Value>): Job<Argument, Event, Value> => work

type RunEvent = { kind: 'tokenising'; done: number; total: number } | { kind: 'begin'; run: RunBeginning } | TrainingEvent

/** Tells what comes before a run's first step. */
const beginningTo = (tell: (event: RunEvent) => void) => ({
  onTokenise: (done: number, total: number) => tell({ kind: 'tokenising', done, total }),
  onBegin: (run: RunBeginning) => tell({ kind: 'begin', run }),
})

/** A run's model and the one that it began from. */
const MODELS_KEPT = 2
const IDLE_MINUTES = 10
/** A hundred thousand rows and more; a larger file is read anew for each look. */
const TABLE_BYTES_KEPT = 50_000_000
const TABLE_IDLE_MINUTES = 2
/** What this process keeps open between questions; nothing before the first. */
const models = {
  float32: keepAnswerers(MODELS_KEPT, IDLE_MINUTES * 60_000),
  int8: keepAnswerers(MODELS_KEPT, IDLE_MINUTES * 60_000, 'int8'),
}
const tokenizers = keepTokenizers()
const table = keepTable(TABLE_BYTES_KEPT, TABLE_IDLE_MINUTES * 60_000)

/** Everything that the engine's process can be asked to do. */
export const jobs = {
  /** 10⁹ float32 operations a second. */
  measureMatmul: job<undefined, never, number>(() => measureMatmul()),
  train: job((request: Parameters<typeof startRun>[0], { onEvent, signal }: JobHooks<RunEvent>) =>
    startRun(request, { ...beginningTo(onEvent), onEvent, signal }),
  ),
  resume: job((request: ResumeRequest, { onEvent, signal }: JobHooks<RunEvent>) =>
    resumeRun(request, { ...beginningTo(onEvent), onEvent, signal }),
  ),
  /** Ends a paused run as its newest checkpoint is. */
  finish: job((folder: string, { onEvent }: JobHooks<RunEvent>) => finishRun(folder, { ...beginningTo(onEvent), onEvent })),
  /** Makes one model of an adapter and the model that it belongs to. */
  mergeAdapter: job((request: MergeRequest) => mergeAdapter(request)),
  /** What a folder's model is, or why it cannot be used. */
  inspectModel: job((folder: string) => inspectModel(folder)),
  readImport: job((request: ImportRequest, hooks: JobHooks<ProgressEvent>): Promise<ImportReading> =>
    readImport(table, request, hooks),
  ),
  importRows: job((request: Parameters<typeof importRows>[1], hooks: Parameters<typeof importRows>[2]) =>
    importRows(table, request, hooks),
  ),
  /** What a training will take. With `measure` steps are carried out, which takes seconds. */
  estimate: job((request: EstimateRequest, { signal }: JobHooks<never>) => estimate(request, signal)),
  test: job(
    (
      request: Parameters<typeof testRun>[0],
      { onEvent, signal }: JobHooks<{ result: ProbeResult; done: number; total: number }>,
    ) => testRun(request, { onResult: (result, done, total) => onEvent({ result, done, total }), signal }),
  ),
  /** Tells the answer in pieces of whole characters. A signal ends it with what there is. */
  answer: job((request: Parameters<typeof answer>[1], { onEvent, signal }: JobHooks<{ piece: string }>) =>
    answer(models, request, { onText: (piece) => onEvent({ piece }), signal }),
  ),
  /** Closes the models that lie in a folder, or all: where files are in use, some systems let nobody delete them. */
  releaseModels: job<{ under: string | null }, never, undefined>(async ({ under }) => {
    await Promise.all(Object.values(models).map((kept) => kept.release(under)))
    return undefined
  }),
  describeTokenizer: job(({ model }: { model: string }) => tokenizers.use(model, (open) => describeTokenizer(model, open))),
  measureRows: job((request: MeasureRequest) => tokenizers.use(request.model, (open) => measure(open, request))),
  examineRow: job((request: ExaminationRequest) => tokenizers.use(request.model, (open) => examineRow(open, request))),
  collateRows: job((request: CollationRequest) => tokenizers.use(request.model, (open) => collateRows(open, request))),
  cutWords: job((request: CutWordsRequest) => tokenizers.use(request.model, (open) => cutWords(open, request))),
  findBlocker: job(async (request: BlockerRequest) => findBlocker(request)),
}

type Jobs = typeof jobs
export type JobName = keyof Jobs
export type JobArgument<Name extends JobName> = Parameters<Jobs[Name]>[0]
export type JobEvent<Name extends JobName> = Parameters<Parameters<Jobs[Name]>[1]['onEvent']>[0]
export type JobValue<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>
