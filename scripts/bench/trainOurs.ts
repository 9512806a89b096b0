// A process that trains on one batch and tells how long that took: node --import tsx trainOurs.ts MODEL ROWS.json STEPS
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { readWeights } from '../../src-main/engine/7-record/checkpoint.ts'
import type { MeasuredRun } from './measuredRun.ts'
import type { BenchRow } from './workloads.ts'

const [folder = '', rowsFile = '', stepCount = ''] = process.argv.slice(2)
const rows = JSON.parse(readFileSync(rowsFile, 'utf8')) as BenchRow[]
const config = parseConfig(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
const model = await createDecoder(config, await createOrtExecutor(), readWeights(folder))
const batch = packBatch(
  rows.map(({ input_ids: ids, labels }, row) => ({
    row,
    ids,
    labels,
    reasons: labels.map((label) => (label < 0 ? 'given' : 'learned')),
    cutOff: [],
    warnings: [],
  })),
)

const total = Number(stepCount)
const run: MeasuredRun = { steps: [], losses: [], firstStepDone: 0, peakMemory: 0 }
for (let step = 0; step < total; step++) {
  const started = performance.now()
  const scale = 1 / batch.targets.length
  run.losses.push((await model.accumulateGradients(batch, scale)) * scale)
  const norm = await model.gradientNorm()
  await model.adamWStep({
    learningRate: 5e-5 * (1 - step / total),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    gradientScale: Math.min(1, 1 / (norm + 1e-6)),
  })
  run.steps.push((performance.now() - started) / 1000)
  run.firstStepDone ||= process.uptime()
}
run.peakMemory = process.resourceUsage().maxRSS * 1024
process.stdout.write(`\n${JSON.stringify(run)}\n`)
