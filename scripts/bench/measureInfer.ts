// Opens a model and answers with it: node --import tsx measureInfer.ts ANSWER < TASK
import { readFileSync, writeFileSync } from 'node:fs'
import { env } from 'onnxruntime-node'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { sampleToken } from '../../src-main/engine/8-infer/sampleToken.ts'
import type { InferMeasurement, InferTask } from './inferMeasurement.ts'

const GREEDY = { temperature: 0, top_k: 0, top_p: 1 }
const task = JSON.parse(readFileSync(0, 'utf8')) as InferTask
const sinceStart = (): number => (Date.now() - task.started) / 1000

const model = await openModel(task.folder, { precision: task.precision, threads: task.threads })
const secondsToOpen = sinceStart()
let secondsToFirstToken = 0
const secondsOfPrompt: number[] = []
const secondsOfAnswer: number[] = []
for (let repeat = 0; repeat < task.repeats; repeat++) {
  // Begun without a text, nothing that was read before is known.
  const reading = model.decoder.begin([])
  let started = performance.now()
  let id = sampleToken(await reading.read(task.ids.slice(0, task.promptLength)), GREEDY, () => 0)
  secondsOfPrompt.push((performance.now() - started) / 1000)
  if (repeat === 0) secondsToFirstToken = sinceStart()
  started = performance.now()
  for (let token = 0; token < task.newTokens; token++) id = sampleToken(await reading.read([id]), GREEDY, () => 0)
  secondsOfAnswer.push((performance.now() - started) / 1000)
  reading.end()
}
const measurement: InferMeasurement = {
  secondsToOpen,
  secondsToFirstToken,
  secondsOfPrompt,
  secondsOfAnswer,
  loss: await lossOf(task.ids),
  peakMemory: process.resourceUsage().maxRSS * 1024,
  versions: { node: process.versions.node, onnxruntime: env.versions.node ?? '' },
}
writeFileSync(process.argv[2] ?? '', JSON.stringify(measurement))

async function lossOf(ids: readonly number[]): Promise<number> {
  const reading = model.decoder.begin([])
  let sum = 0
  for (const [position, id] of ids.entries()) {
    const logits = await reading.read([id])
    const next = ids[position + 1]
    if (next === undefined) break
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity)
    sum += largest + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)) - (logits[next] ?? NaN)
  }
  reading.end()
  return sum / (ids.length - 1)
}
