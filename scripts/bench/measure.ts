// Trains with TuneDesk in a process of its own, and writes down how long and how much memory it took: measure.ts ANSWER < TASK
import { readFileSync, writeFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import type { RunRecorder } from '../../src-main/engine/6-train/runRecorder.ts'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { train } from '../../src-main/engine/6-train/train.ts'
import { beginTraining } from '../../src-main/jobs/beginTraining.ts'
import { heldMemory, mostHeldMemory } from '../../src-main/jobs/heldMemory.ts'
import { BENCH_SETTINGS, LORA, type Measurement, type MeasurementTask } from './measurement.ts'

async function measure({ model, method, loadIn8bit, rows, steps, threads, started }: MeasurementTask): Promise<Measurement> {
  const config = parseConfig(JSON.parse(readFileSync(`${model}/config.json`, 'utf8')))
  const settings = createSettings({
    ...BENCH_SETTINGS,
    ...LORA,
    method,
    load_in_8bit: loadIn8bit,
    max_steps: steps,
    per_device_train_batch_size: rows.length,
  })
  const { weights, partial } = await beginTraining(config, settings, model, null)
  const decoder = await createDecoder(config, await createOrtExecutor({ threads }), weights, partial)
  const secondsOfSteps: number[] = []
  const losses: number[] = []
  let secondsToFirstStep = NaN
  let stepStarted = performance.now()
  const recorder: RunRecorder = {
    async record(event) {
      if (event.kind === 'start') stepStarted = performance.now()
      if (event.kind !== 'progress') return
      secondsOfSteps.push((performance.now() - stepStarted) / 1000)
      losses.push(event.loss)
      if (event.step === 1) secondsToFirstStep = (Date.now() - started) / 1000
      stepStarted = performance.now()
    },
    saveCheckpoint: () => Promise.reject(new Error('nothing is saved here')),
    setCheckpointAside: () => Promise.resolve(undefined),
    checkpointWeights: () => {
      throw new Error('nothing was saved')
    },
    saveModel: () => Promise.resolve(),
  }
  await train({
    model: decoder,
    rows: rows.map((row, index) => ({ ...row, row: index, reasons: [], cutOff: [], warnings: [] })),
    heldOutRows: [],
    settings,
    recorder,
    clock: () => performance.now() / 1000,
    memory: heldMemory,
  })
  const peakMemory = mostHeldMemory()
  await decoder.dispose()
  return {
    secondsOfSteps,
    losses,
    secondsToFirstStep,
    peakMemory,
    versions: { onnxruntime: ort.env.versions.node ?? '' },
  }
}

const [answer] = process.argv.slice(2)
if (answer === undefined) throw new Error('no file to write the answer to')
const task = JSON.parse(readFileSync(process.stdin.fd, 'utf8')) as MeasurementTask
writeFileSync(answer, JSON.stringify(await measure(task)))
