import { describe, expect, test } from 'vitest'
import { trainedParameters } from '../../src-main/engine/4-graph/trainedParts.ts'
import type { Decoder } from '../../src-main/engine/6-train/decoder.ts'
import { relativeError } from './golden.ts'
import { adapted, BASE, BATCH, CONFIG, EXECUTOR_NAMES, GOLDEN, goldenStep, PARTS, PREFIX, tensors } from './loraGolden.ts'

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

describe.each(EXECUTOR_NAMES)('qwen2 with adapters as PEFT computes it, %s', (executor) => {
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
    const { loss, norm } = await goldenStep(model, golden)
    expect(Math.abs(loss - golden.loss)).toBeLessThan(1e-4)
    expect(Math.abs(norm - golden.grad_norm) / golden.grad_norm).toBeLessThan(1e-3)
  }
  const wanted = new Map((await tensors('adapter_model.safetensors', PREFIX)).map(({ name, data }) => [name, data]))
  for await (const { name, data } of model.weights()) {
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted.get(name)?.[i] ?? NaN))), 0)
    expect(worst, name).toBeLessThan(1e-3)
  }
  await model.dispose()
})
