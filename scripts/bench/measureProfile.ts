// Takes training steps and notes what their time goes into: node --import tsx measureProfile.ts ANSWER < TASK
import { readFileSync, writeFileSync } from 'node:fs'
import { env } from 'onnxruntime-node'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { beginTraining } from '../../src-main/jobs/beginTraining.ts'
import { BENCH_SETTINGS, LORA, type ProfiledStep, type ProfileMeasurement, type ProfileTask } from './measurement.ts'
import { profiledExecutor } from './profiledExecutor.ts'

async function measure({ model: folder, method, rows, steps, threads }: ProfileTask): Promise<ProfileMeasurement> {
  const config = parseConfig(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')))
  const settings = createSettings({ ...BENCH_SETTINGS, ...LORA, method })
  const { weights, partial } = await beginTraining(config, settings, folder, null)
  const { executor, spent, reset } = profiledExecutor(await createOrtExecutor({ threads }))
  const model = await createDecoder(config, executor, weights, partial)
  const batch = packBatch(rows.map((row, index) => ({ ...row, row: index, reasons: [], cutOff: [], warnings: [] })))
  const found: ProfiledStep[] = []
  for (let step = 0; step < steps; step++) {
    reset()
    const started = performance.now()
    await model.accumulateGradients(batch, 1 / batch.supervised.length, true)
    const gradientNorm = await model.gradientNorm()
    await model.optimizerStep({
      optim: 'adamw_torch',
      learningRate: BENCH_SETTINGS.learning_rate,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      gradientScale: Math.min(1, 1 / gradientNorm),
    })
    found.push({ seconds: (performance.now() - started) / 1000, parts: Object.fromEntries(spent) })
  }
  await model.dispose()
  return { steps: found, versions: { onnxruntime: env.versions.node ?? '' } }
}

const [answer] = process.argv.slice(2)
if (answer === undefined) throw new Error('no file to write the answer to')
writeFileSync(answer, JSON.stringify(await measure(JSON.parse(readFileSync(0, 'utf8')) as ProfileTask)))
