import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSettings, type TrainingSettings } from '../../src-main/contract/trainingSettings.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { OPTIMIZERS, optimizerStateBytes } from '../../src-main/engine/6-train/optimizers/optimizers.ts'
import { trainingPlan } from '../../src-main/engine/3-batches/trainingPlan.ts'
import { initialRunState } from '../../src-main/engine/6-train/runState.ts'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { allParameters } from '../../src-main/engine/4-graph/trainedParts.ts'
import { readCheckpoint, readWeights, restoreOptimizer, writeCheckpoint } from '../../src-main/engine/7-record/checkpoint.ts'
import { openSafetensors } from '../../src-main/files/readSafetensors.ts'
import { collect } from '../support/memoryRecorder.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { goldenBatch, goldenConfig, goldenWeights, readGolden } from './golden.ts'

const NUMBERS = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, gradientScale: 1 }
const CONFIG = goldenConfig('qwen2')
const BATCH = goldenBatch(readGolden('qwen2').batch_rows)

test.each(Object.keys(OPTIMIZERS) as TrainingSettings['optim'][])(
  '%s goes on from a checkpoint’s files to the very same weights',
  async (optim) => {
    const open = async (weights: Parameters<typeof createDecoder>[2]) =>
      createDecoder(CONFIG, await createOrtExecutor({ threads: 2 }), weights)
    const step = async (model: Awaited<ReturnType<typeof open>>): Promise<void> => {
      await model.accumulateGradients(BATCH, 1 / BATCH.targets.length)
      await model.optimizerStep({ ...NUMBERS, optim })
    }
    const whole = await open(goldenWeights('qwen2'))
    await step(whole)
    await step(whole)

    const folder = join(await temporaryFolder(), 'checkpoint-2')
    const settings = createSettings({ optim })
    const saved = {
      state: initialRunState(trainingPlan(6, settings), settings),
      weights: whole.weights(),
      optimizerState: whole.optimizerState(),
      optimizerStepCount: whole.stepCount,
    }
    await writeCheckpoint(folder, saved, { config: CONFIG, parts: allParameters(CONFIG) }, [])
    const file = await openSafetensors(join(folder, 'optimizer.safetensors'))
    const bytes = [...file.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    await file.close()
    expect(bytes).toBe(optimizerStateBytes(optim, modelParameters(CONFIG)))

    const resumed = await open(readWeights(folder))
    await restoreOptimizer(resumed, await readCheckpoint(folder))
    await step(whole)
    await step(resumed)
    expect(await collect(resumed.weights())).toEqual(await collect(whole.weights()))
    await whole.dispose()
    await resumed.dispose()
  },
)
