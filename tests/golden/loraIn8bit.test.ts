import { describe, expect, test } from 'vitest'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { linearModules, trainedParameters } from '../../src-main/engine/4-graph/trainedParts.ts'
import { dequantiseBlocks, quantiseBlocks } from '../../src-main/engine/5-exec/quantiseBlocks.ts'
import type { NamedTensor } from '../../src-main/engine/6-train/trainableModel.ts'
import { folderOfAtomicFiles } from '../../src-main/files/atomicFile.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { writeWeights } from '../../src-main/files/writeWeights.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { goldenFolder } from './golden.ts'
import { adapted, BASE, BATCH, CONFIG, EXECUTOR_NAMES, GOLDEN, goldenStep, PARTS } from './loraGolden.ts'

/** A folder with the tiny qwen2 whose linear modules have the weights that their 8 bits stand for, in float32. */
async function roundedBase(): Promise<string> {
  const folder = await temporaryFolder()
  const isRounded = new Set(linearModules(CONFIG).map((module) => `${module}.weight`))
  const weights = await openWeights(goldenFolder('qwen2'))
  const tensors = async function* (): AsyncGenerator<NamedTensor> {
    for (const { name, shape } of modelParameters(CONFIG)) {
      const data = await weights.read(name)
      yield { name, shape: [...shape], data: isRounded.has(name) ? dequantiseBlocks(quantiseBlocks(data)) : data }
    }
  }
  await writeWeights(folderOfAtomicFiles(folder), modelParameters(CONFIG), tensors())
  await weights.close()
  return folder
}

describe.each(EXECUTOR_NAMES)('LoRA beside weights in 8 bits, %s', (executor) => {
  test.each([false, true])('is LoRA beside the weights that these stand for; layers run again: %s', async (recomputes) => {
    const held = await adapted(executor, 'adapter_model.safetensors', { loadIn8bit: true })
    const mapped = await adapted(executor, 'adapter_model.safetensors', { base: await roundedBase() })
    held.recomputesActivations = recomputes
    const scale = 1 / BASE.trained_tokens
    expect(await held.accumulateGradients(BATCH, scale)).toBe(await mapped.accumulateGradients(BATCH, scale))
    for (const { name } of trainedParameters(CONFIG, PARTS))
      expect(await held.gradient(name), name).toEqual(await mapped.gradient(name))
    expect(await held.evaluate(BATCH)).toBe(await mapped.evaluate(BATCH))
    await Promise.all([held.dispose(), mapped.dispose()])
  })
})

test('ten steps come to a loss within a hundredth of that in float32', async () => {
  const model = await adapted('onnxruntime', 'adapter_init.safetensors', { loadIn8bit: true })
  const losses: number[] = []
  for (const golden of GOLDEN.steps) losses.push((await goldenStep(model, golden)).loss)
  // In 8 bits the weights are others: so are the losses, or nothing was rounded.
  losses.forEach((loss, i) => {
    const wanted = GOLDEN.steps[i]?.loss ?? NaN
    expect(loss).not.toBe(wanted)
    expect(Math.abs(loss - wanted) / wanted).toBeLessThan(0.01)
  })
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? NaN)
  await model.dispose()
})
