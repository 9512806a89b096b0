import { env } from 'onnxruntime-node'
import { availableParallelism } from 'node:os'
import type { TrainingSettings } from '../../src-main/contract/trainingSettings.ts'
import { count } from '../../src-main/engine/4-graph/elements.ts'
import type { Executor, Tensor } from '../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { OPTIMIZERS, optimizerStateBytes } from '../../src-main/engine/6-train/optimizers/optimizers.ts'
import { roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { spread } from './spread.ts'

const NUMBERS = { step: 2, learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, gradientScale: 1 }

export interface OptimizersResult extends BenchmarkResult {
  steps: OptimizerStep[]
}

interface OptimizerStep {
  optimizer: TrainingSettings['optim'] | 'norm'
  threads: number
  /** Of every round. */
  nanosecondsAParameter: number[]
  bytesOfStateAParameter: number
}

/** What one step costs a parameter, in each optimizer and for the gradients' norm, on one thread and on all. Every round runs all of them in turn. */
async function measure({ rounds, tiny }: { rounds: number; tiny: boolean }): Promise<OptimizersResult> {
  const shapes = tiny ? [[64, 64]] : Array.from({ length: 4 }, () => [4864, 896])
  const parameters = shapes.map((shape, index) => ({ name: `matrix ${index}`, shape }))
  const elements = shapes.reduce((sum, shape) => sum + count(shape), 0)
  const steps: OptimizerStep[] = []
  const measurements: (() => Promise<void>)[] = []
  const executors = await Promise.all([...new Set([1, availableParallelism()])].map((threads) => createOrtExecutor({ threads })))
  for (const executor of executors)
    for (const optimizer of [...(Object.keys(OPTIMIZERS) as TrainingSettings['optim'][]), 'norm'] as const) {
      const work = prepare(executor, optimizer, parameters)
      const result: OptimizerStep = {
        optimizer,
        threads: executor.device.threads,
        nanosecondsAParameter: [],
        bytesOfStateAParameter: optimizer === 'norm' ? 0 : optimizerStateBytes(optimizer, parameters) / elements,
      }
      steps.push(result)
      measurements.push(async () => {
        const started = performance.now()
        await work()
        result.nanosecondsAParameter.push(((performance.now() - started) * 1e6) / elements)
      })
    }
  // The first round only touches the memory.
  for (let round = 0; round <= rounds; round++) for (const work of measurements) await work()
  for (const { nanosecondsAParameter } of steps) nanosecondsAParameter.shift()
  await Promise.all(executors.map((executor) => executor.dispose()))
  return { versions: { onnxruntime: env.versions.node ?? '' }, steps }
}

function prepare(
  executor: Executor,
  optimizer: OptimizerStep['optimizer'],
  parameters: readonly { name: string; shape: number[] }[],
): () => Promise<void> {
  const filled = (shape: number[]): Tensor =>
    executor.upload(
      Float32Array.from({ length: count(shape) }, (_, i) => 1e-5 * ((i % 251) - 125)),
      shape,
    )
  if (optimizer === 'norm') {
    const gradients = parameters.map(({ shape }) => filled(shape))
    return async () => {
      await executor.sumOfSquares(gradients)
    }
  }
  const optimized = parameters.map((parameter) => ({
    value: filled(parameter.shape),
    gradient: filled(parameter.shape),
    state: Object.fromEntries(
      OPTIMIZERS[optimizer]
        .state(parameter)
        .map(({ name, shape, type }) => [
          name,
          type === 'uint8' ? executor.upload(new Uint8Array(count(shape)), shape) : executor.zeros(shape),
        ]),
    ),
    decays: true,
  }))
  return () => OPTIMIZERS[optimizer].step(executor, optimized, NUMBERS)
}

function table({ steps }: OptimizersResult): string {
  return formatTable(
    ['optimizer', 'threads', 'ns a parameter, quickest', 'median', 'slowest', 'bytes of state a parameter'],
    steps.map(({ optimizer, threads, nanosecondsAParameter, bytesOfStateAParameter }) => {
      const { quickest, median, slowest } = spread(nanosecondsAParameter)
      const figures = [quickest, median, slowest, bytesOfStateAParameter].map((value) => value.toFixed(2))
      return [optimizer, String(threads), ...figures]
    }),
  )
}

export const optimizersBenchmark: Benchmark<{ rounds: number }, OptimizersResult> = {
  name: 'optimizers',
  description: 'a step of every optimizer and the norm of the gradients, on one thread and on all',
  title: 'Optimizers',
  about: `What a step costs each parameter, in nanoseconds, for every \`optim\` and for the norm that gradients are clipped by, and how many bytes a
parameter has in memory beside its weight and its gradient. Every round takes all of them in turn.`,
  options: [roundsOption('of all of them', 5)],
  measure,
  table,
}
