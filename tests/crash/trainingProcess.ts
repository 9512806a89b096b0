// Trains the tiny qwen2 in a process of its own, which a test can kill: begins the run in the folder given, or resumes it. An event per line.
import { readFileSync } from 'node:fs'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { train } from '../../src-main/engine/6-train/train.ts'
import { readWeights, restoreOptimizer } from '../../src-main/engine/7-record/checkpoint.ts'
import { createRun, openRunToResume, requireSameRows } from '../../src-main/engine/7-record/openRun.ts'
import { rowsFingerprint } from '../../src-main/engine/7-record/runDescription.ts'
import { openRunRecorder } from '../../src-main/engine/7-record/runRecorder.ts'
import { goldenConfig, goldenFolder, readGolden, tokenised } from '../golden/golden.ts'

const [folder, mode] = process.argv.slice(2) as [string, 'begin' | 'resume']
const rows = readGolden('qwen2').accumulation.rows.map(tokenised)
const heldOutRows = rows.slice(2, 5)
if (mode === 'begin')
  await createRun(folder, {
    settings: createSettings({
      per_device_train_batch_size: 2,
      gradient_accumulation_steps: 2,
      num_train_epochs: 12,
      learning_rate: 5e-3,
      lr_scheduler_type: 'cosine',
      warmup_steps: 2,
      weight_decay: 0.1,
      logging_steps: 1,
      eval_strategy: 'epoch',
      save_steps: 3,
      save_total_limit: 2,
    }),
    rows: [],
    heldOutRows: [],
    baseModel: { name: 'tiny qwen2', folder: goldenFolder('qwen2'), license: null },
    rowsFingerprint: rowsFingerprint(rows, heldOutRows),
    modelFiles: [{ name: 'config.json', content: readFileSync(`${goldenFolder('qwen2')}/config.json`) }],
  })

const run = await openRunToResume(folder)
requireSameRows(run, rows, heldOutRows)
const config = goldenConfig('qwen2')
const model = await createDecoder(config, await createOrtExecutor({ threads: 2 }), readWeights(run.weightsFolder))
if (run.checkpoint) await restoreOptimizer(model, run.checkpoint)
const recorder = await openRunRecorder(folder, run.description, config, run.checkpoint?.state, (event) =>
  process.stdout.write(`${JSON.stringify(event)}\n`),
)
await train({
  model,
  rows,
  heldOutRows,
  settings: run.description.settings,
  recorder,
  clock: () => performance.now() / 1000,
  memory: () => process.memoryUsage.rss(),
  ...(run.checkpoint ? { state: run.checkpoint.state } : {}),
})
await recorder.close()
await model.dispose()
