// Opens a model with llama.cpp and answers with it: node --import tsx measureLlamaCpp.ts ANSWER < TASK
import { readFileSync, writeFileSync } from 'node:fs'
import type { InferMeasurement, LlamaCppTask } from './inferMeasurement.ts'

/** What is used of node-llama-cpp, which is not among this project's packages. */
interface LlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; logLevel: 'error' }): Promise<{
    llamaCppRelease: { release: string }
    loadModel(options: { modelPath: string; gpuLayers: 0 }): Promise<Model>
  }>
}
interface Model {
  createContext(options: { contextSize: number; batchSize: number; threads: number }): Promise<{ getSequence(): Sequence }>
}
type Controlled = number | [token: number, options: { generateNext: { probabilities: true } }]
interface Sequence {
  clearHistory(): Promise<void>
  evaluate(tokens: readonly number[], options: { temperature: 0; yieldEogToken: true }): AsyncIterator<number>
  controlledEvaluate(
    input: readonly Controlled[],
  ): Promise<({ next: { probabilities?: ReadonlyMap<number, number> } } | undefined)[]>
}

const task = JSON.parse(readFileSync(0, 'utf8')) as LlamaCppTask
const sinceStart = (): number => (Date.now() - task.started) / 1000

const { getLlama } = (await import(task.llamaCpp)) as LlamaCpp
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' })
const model = await llama.loadModel({ modelPath: task.file, gpuLayers: 0 })
const size = Math.max(task.ids.length, task.promptLength + task.newTokens) + 1
const context = await model.createContext({ contextSize: size, batchSize: size, threads: task.threads })
const sequence = context.getSequence()
const secondsToOpen = sinceStart()
let secondsToFirstToken = 0
const secondsOfPrompt: number[] = []
const secondsOfAnswer: number[] = []
for (let repeat = 0; repeat < task.repeats; repeat++) {
  await sequence.clearHistory()
  let started = performance.now()
  const tokens = sequence.evaluate(task.ids.slice(0, task.promptLength), { temperature: 0, yieldEogToken: true })
  await tokens.next()
  secondsOfPrompt.push((performance.now() - started) / 1000)
  if (repeat === 0) secondsToFirstToken = sinceStart()
  started = performance.now()
  for (let token = 0; token < task.newTokens; token++) await tokens.next()
  secondsOfAnswer.push((performance.now() - started) / 1000)
  await tokens.return?.()
}
const measurement: InferMeasurement = {
  secondsToOpen,
  secondsToFirstToken,
  secondsOfPrompt,
  secondsOfAnswer,
  loss: await lossOf(task.ids),
  peakMemory: process.resourceUsage().maxRSS * 1024,
  versions: { 'llama.cpp': llama.llamaCppRelease.release },
}
writeFileSync(process.argv[2] ?? '', JSON.stringify(measurement))
process.exit()

async function lossOf(ids: readonly number[]): Promise<number> {
  await sequence.clearHistory()
  const found = await sequence.controlledEvaluate(ids.map((id) => [id, { generateNext: { probabilities: true } }]))
  const losses = ids.slice(1).map((id, position) => -Math.log(found[position]?.next.probabilities?.get(id) ?? NaN))
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}
