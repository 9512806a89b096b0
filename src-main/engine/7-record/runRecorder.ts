import { basename, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { TuneDeskError } from '../../contract/error.ts'
import { folderOfAtomicFiles } from '../../files/atomicFile.ts'
import { nodeFileSystem } from '../../files/fileSystem.ts'
import { openJournal, type JournalEntry } from '../../files/journal.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { partsToTrain } from '../4-graph/partsToTrain.ts'
import type { RunRecorder, TrainingEvent } from '../6-train/runRecorder.ts'
import type { LogLine, RunState } from '../6-train/runState.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import { readWeights, setAside, writeCheckpoint, writeFiniteWeights } from './checkpoint.ts'
import { checkpointSteps, keepCheckpoints } from './checkpointFolders.ts'
import { drawLoss } from './lossPicture.ts'
import { modelCard } from './modelCard.ts'
import { printSortedJson } from './printJson.ts'
import { closing, openProgress } from './progressFiles.ts'
import { resultsOf } from './results.ts'
import type { RunDescription } from './runDescription.ts'
import { savedWeights } from './savedWeights.ts'
import { checkpointName, printTrainerState, TRAINER_STATE_FILE } from './trainerStateFile.ts'

export const METRICS_FILE = 'metrics.jsonl'
/** Written last of all: a run that has it is finished. */
export const RESULTS_FILE = 'train_results.json'

export interface FolderRecorder extends RunRecorder {
  /** What had to be cut off an existing metrics.jsonl; null where it was sound. */
  warning: TuneDeskError | null
  close(): Promise<void>
}

/**
 * Writes a run down in its folder, which is laid out as the Trainer's `output_dir`.
 *
 * metrics.jsonl is the log as it comes, a line each. It is made to say what `state` says: lines behind the checkpoint are forgotten, since
 * the resumed run writes them again.
 * @param config of the model that it saves
 * @param state where the run goes on; undefined where it begins
 * @param listen hears of everything after it is written down
 * @throws TuneDeskError files/… of writing
 */
export async function openRunRecorder(
  folder: string,
  run: RunDescription,
  config: ModelConfig,
  state: RunState | undefined,
  listen: (event: TrainingEvent) => void,
  fileSystem = nodeFileSystem,
): Promise<FolderRecorder> {
  const model = { config, parts: partsToTrain(config, run.settings) }
  const whole = (weights: AsyncIterable<NamedTensor>) => savedWeights(weights, model, run.baseModel.folder)
  const log = state?.trainer.log_history ?? []
  const journal = await openJournal(join(folder, METRICS_FILE), { keep: linesOf(log), fileSystem })
  for (const line of log.slice(journal.entries.length)) await journal.append(entryOf(line)).catch(closing(journal))
  const progress = await openProgress(folder, state, fileSystem).catch(closing(journal))
  const path = (step: number): string => join(folder, checkpointName(step))
  return {
    warning: journal.warning,
    async record(event) {
      if (event.kind === 'log') await journal.append(entryOf(event.line))
      await progress.record(event)
      if (event.kind === 'end') await journal.sync()
      listen(event)
    },
    async saveCheckpoint(snapshot, keep) {
      await journal.sync()
      const saved = { ...snapshot, weights: whole(snapshot.weights) }
      await writeCheckpoint(path(snapshot.state.trainer.global_step), saved, model, run.modelFiles, fileSystem)
      await keepCheckpoints(folder, keep, fileSystem)
    },
    async setCheckpointAside(step) {
      if ((await checkpointSteps(folder)).includes(step)) await setAside(path(step), fileSystem)
      return (await checkpointSteps(folder)).at(-1)
    },
    checkpointWeights: (step) => readWeights(path(step)),
    async saveModel({ state, weights }, keep) {
      const output = folderOfAtomicFiles(folder, fileSystem)
      const results = resultsOf(state, run.settings.load_best_model_at_end)
      const picture = await drawLoss(state.trainer.log_history)
      const name = basename(resolve(folder))
      await writeFiniteWeights(output, model, whole(weights), name)
      await output.write(TRAINER_STATE_FILE, printTrainerState(state))
      await output.write('loss.svg', picture.svg)
      await output.write('loss.png', picture.png)
      await output.write('README.md', modelCard(name, run, state, results))
      await output.write('all_results.json', printSortedJson({ ...results.train, ...results.evaluation }, 4))
      await output.write(RESULTS_FILE, printSortedJson(results.train, 4))
      await keepCheckpoints(folder, keep, fileSystem)
    },
    async close() {
      await progress.close()
      await journal.close()
    },
  }
}

/** One form for a line, whether it comes from the run or back from trainer_state.json. */
const entryOf = (line: LogLine): JournalEntry => Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Accepts entries as long as they are the log's lines, from the first on. */
function linesOf(log: readonly LogLine[]): (entry: unknown) => boolean {
  let next = 0
  return (entry) => {
    const line = log[next++]
    return line !== undefined && isDeepStrictEqual(entry, entryOf(line))
  }
}
