import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { loraParts } from '../../src-main/engine/4-graph/partsToTrain.ts'
import { trainedParameters } from '../../src-main/engine/4-graph/trainedParts.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder, type Decoder } from '../../src-main/engine/6-train/decoder.ts'
import type { NamedTensor } from '../../src-main/engine/6-train/trainableModel.ts'
import { openSafetensors } from '../../src-main/files/readSafetensors.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { goldenBatch, goldenConfig, goldenFolder, readGolden, relativeError, type GoldenStep } from './golden.ts'

/** PEFT's numbers over the tiny qwen2: data/qwen2-lora, made by data/make_golden.py. */
const FOLDER = fileURLToPath(new URL('data/qwen2-lora', import.meta.url))
const GOLDEN = JSON.parse(readFileSync(`${FOLDER}/golden.json`, 'utf8')) as {
  loss_initial: number
  loss_final: number
  steps: GoldenStep[]
}
const PREFIX = 'base_model.model.'
const CONFIG = goldenConfig('qwen2')
const PARTS = loraParts(CONFIG, createSettings({ r: 4 }))
const BASE = readGolden('qwen2')
const BATCH = goldenBatch(BASE.batch_rows)

async function tensors(file: string, prefix: string): Promise<NamedTensor[]> {
  const opened = await openSafetensors(`${FOLDER}/${file}`)
  const found: NamedTensor[] = []
  for (const tensor of opened.tensors.values())
    if (tensor.name.startsWith(prefix))
      found.push({ name: tensor.name.slice(prefix.length), shape: tensor.shape, data: await opened.read(tensor) })
  await opened.close()
  return found
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  for (const item of list) yield await Promise.resolve(item)
}

const EXECUTORS = {
  reference: () => Promise.resolve(createReferenceExecutor()),
  onnxruntime: () => createOrtExecutor({ threads: 2 }),
}

async function adapted(executor: keyof typeof EXECUTORS, adapter: string): Promise<Decoder> {
  const frozen = await openWeights(goldenFolder('qwen2'))
  const decoder = await createDecoder(CONFIG, await EXECUTORS[executor](), each(await tensors(adapter, PREFIX)), {
    parts: PARTS,
    frozen,
    seed: 0,
  })
  await frozen.close()
  return decoder
}

async function expectGradients(model: Decoder, prefix: string): Promise<void> {
  const wanted = await tensors('golden.safetensors', prefix)
  expect(wanted.map(({ name }) => name).sort()).toEqual(
    trainedParameters(CONFIG, PARTS)
      .map(({ name }) => name)
      .sort(),
  )
  for (const { name, data } of wanted) {
    const found = await model.gradient(name)
    // A's gradient is zero while B is.
    if (data.every((value) => value === 0))
      expect(
        found.every((value) => value === 0),
        name,
      ).toBe(true)
    else expect(relativeError(found, data), name).toBeLessThan(1e-4)
  }
}

describe.each(Object.keys(EXECUTORS) as (keyof typeof EXECUTORS)[])('qwen2 with adapters as PEFT computes it, %s', (executor) => {
  test.each([
    ['at the beginning', 'adapter_init.safetensors', 'grad_initial.', GOLDEN.loss_initial],
    ['after ten steps', 'adapter_model.safetensors', 'grad_final.', GOLDEN.loss_final],
  ])('loss and every gradient %s', async (_, file, prefix, wanted) => {
    const model = await adapted(executor, file)
    const loss = await model.accumulateGradients(BATCH, 1 / BASE.trained_tokens)
    expect(Math.abs(loss / BASE.trained_tokens - wanted)).toBeLessThan(1e-5)
    await expectGradients(model, prefix)
    expect(Math.abs((await model.evaluate(BATCH)) / BASE.trained_tokens - wanted)).toBeLessThan(1e-5)
    await model.dispose()
  })
})

test('ten steps and the adapter they lead to', async () => {
  const model = await adapted('onnxruntime', 'adapter_init.safetensors')
  for (const golden of GOLDEN.steps) {
    const loss = await model.accumulateGradients(BATCH, 1 / BASE.trained_tokens)
    const norm = await model.gradientNorm()
    expect(Math.abs(loss / BASE.trained_tokens - golden.loss)).toBeLessThan(1e-4)
    expect(Math.abs(norm - golden.grad_norm) / golden.grad_norm).toBeLessThan(1e-3)
    await model.optimizerStep({
      optim: 'adamw_torch',
      learningRate: golden.lr,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      gradientScale: Math.min(1, 1 / (norm + 1e-6)),
    })
  }
  const wanted = new Map((await tensors('adapter_model.safetensors', PREFIX)).map(({ name, data }) => [name, data]))
  for await (const { name, data } of model.weights()) {
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted.get(name)?.[i] ?? NaN))), 0)
    expect(worst, name).toBeLessThan(1e-3)
  }
  await model.dispose()
})
