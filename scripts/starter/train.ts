// Trains the starter model from random weights on what `prepare.ts` left in the cache, and writes it into resources/starter-model.
// Goes on where it was stopped or killed: run it again.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { folderOfAtomicFiles } from '../../src-main/files/atomicFile.ts'
import { writeWeights } from '../../src-main/files/writeWeights.ts'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { train } from '../../src-main/engine/6-train/train.ts'
import { readWeights, restoreOptimizer } from '../../src-main/engine/7-record/checkpoint.ts'
import { newestCheckpoint } from '../../src-main/engine/7-record/checkpointFolders.ts'
import { drawLoss } from '../../src-main/engine/7-record/lossPicture.ts'
import { rowsFingerprint, type RunDescription } from '../../src-main/engine/7-record/runDescription.ts'
import { openRunRecorder } from '../../src-main/engine/7-record/runRecorder.ts'
import { initialWeights } from './model/initialWeights.ts'
import { generationConfig, modelConfig } from './model/modelConfig.ts'
import { starterCard } from './model/starterCard.ts'
import { CACHE_FOLDER, STARTER_MODEL_FOLDER } from './paths.ts'
import { readTokenCache } from './tokenizer/tokenCache.ts'
import { MAX_POSITIONS, SPECIAL_TOKENS } from './tokenizer/tokenizerFiles.ts'
import { VOCABULARY_SIZE } from './tokenizer/trainTokenizer.ts'
import { learnedRows } from './training/learnedRows.ts'
import { perplexity } from './training/perplexity.ts'
import { HELD_OUT_STRIDE, ROW_LENGTH, starterSettings } from './training/starterSettings.ts'

const RUN_FOLDER = path.join(CACHE_FOLDER, 'run')

const rowsOf = async (name: string) => learnedRows(await readTokenCache(path.join(CACHE_FOLDER, name)), ROW_LENGTH)
const rows = await rowsOf('train')
const heldOut = { poems: await rowsOf('held-out-poems'), prose: await rowsOf('held-out-prose') }
const watchedRows = [...heldOut.poems, ...heldOut.prose].filter((_, i) => i % HELD_OUT_STRIDE === 0)

const settings = starterSettings()
const [endOfText, , messageEnd, pad] = SPECIAL_TOKENS.map((_, i) => VOCABULARY_SIZE - SPECIAL_TOKENS.length + i) as [
  number,
  number,
  number,
  number,
]
const configFile = modelConfig(VOCABULARY_SIZE, { endOfText, pad })
const config = parseConfig(configFile)
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const modelFiles = [
  { name: 'config.json', content: json(configFile) },
  { name: 'generation_config.json', content: json(generationConfig({ endOfText, messageEnd, pad })) },
]

await mkdir(RUN_FOLDER, { recursive: true })
const { checkpoint } = await newestCheckpoint(RUN_FOLDER)
const weights = checkpoint ? readWeights(checkpoint.folder) : initialWeights(config, settings.seed)
const model = await createDecoder(config, await createOrtExecutor(), weights)
if (checkpoint) await restoreOptimizer(model, checkpoint)
console.log(`${model.parameterCount} parameters, ${rows.length} rows, from step ${checkpoint?.step ?? 0}`)

const description: RunDescription = {
  settings,
  rows: [], // they are in the token cache
  heldOutRows: [],
  baseModel: { name: 'random weights', folder: '', license: null },
  rowsFingerprint: rowsFingerprint(rows, watchedRows),
  modelFiles,
}
const recorder = await openRunRecorder(RUN_FOLDER, description, config, checkpoint?.state, (event) => {
  if (event.kind === 'log') console.log(JSON.stringify(event.line))
})
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
const { reason, state } = await train({
  model,
  rows,
  heldOutRows: watchedRows,
  settings,
  recorder,
  clock: () => performance.now() / 1000,
  memory: () => process.memoryUsage.rss(),
  signal: interrupted.signal,
  ...(checkpoint ? { state: checkpoint.state } : {}),
})
await recorder.close()

if (reason === 'finished') {
  const output = folderOfAtomicFiles(STARTER_MODEL_FOLDER)
  await writeWeights(output, modelParameters(config), model.weights(), { dtype: 'F16' })
  for (const { name, content } of modelFiles) await output.write(name, content)
  await model.loadWeights(readWeights(STARTER_MODEL_FOLDER)) // as they are stored: rounded
  const log = state.trainer.log_history
  await output.write('loss.svg', (await drawLoss(log)).svg)
  await output.write(
    'README.md',
    starterCard({
      parameters: model.parameterCount,
      vocabulary: VOCABULARY_SIZE,
      maxPositions: MAX_POSITIONS,
      corpusTokens: rows.reduce((sum, { ids }) => sum + ids.length, 0),
      corpusRows: rows.length,
      epochs: state.trainer.epoch,
      settings,
      log,
      heldOut: {
        poems: { rows: heldOut.poems.length, perplexity: await perplexity(model, heldOut.poems) },
        prose: { rows: heldOut.prose.length, perplexity: await perplexity(model, heldOut.prose) },
      },
    }),
  )
  console.log(`written: ${STARTER_MODEL_FOLDER}`)
}
await model.dispose()
