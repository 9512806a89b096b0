import { describe, expect, test } from 'vitest'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import {
  FAMILIES,
  goldenBatch,
  goldenConfig,
  goldenTensor,
  goldenWeights,
  readGolden,
  relativeError,
  type GoldenStep,
} from './golden.ts'

const EXECUTORS = {
  reference: () => Promise.resolve(createReferenceExecutor()),
  onnxruntime: () => createOrtExecutor({ threads: 2 }),
}
const OPTIMIZER = { optim: 'adamw_torch', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const
const MAX_GRAD_NORM = 1

async function decoder(family: (typeof FAMILIES)[number], executor: keyof typeof EXECUTORS) {
  return createDecoder(goldenConfig(family), await EXECUTORS[executor](), goldenWeights(family))
}

/** Ten updates, each over its window of micro-batches, as make_golden.py's manual loop. */
async function replay(
  model: Awaited<ReturnType<typeof decoder>>,
  windows: (step: number) => ReturnType<typeof goldenBatch>[],
  steps: GoldenStep[],
  isWholeStep = false,
) {
  for (const golden of steps) {
    const window = windows(golden.step - 1)
    const scale = 1 / window.reduce((total, batch) => total + batch.targets.length, 0)
    let loss = 0
    for (const batch of window) loss += await model.accumulateGradients(batch, scale, isWholeStep)
    const norm = await model.gradientNorm()
    expect(Math.abs(loss * scale - golden.loss)).toBeLessThan(1e-4)
    expect(Math.abs(norm - golden.grad_norm) / golden.grad_norm).toBeLessThan(1e-3)
    await model.optimizerStep({
      ...OPTIMIZER,
      learningRate: golden.lr,
      gradientScale: Math.min(1, MAX_GRAD_NORM / (norm + 1e-6)),
    })
  }
}

describe.each(FAMILIES)('%s as PyTorch computes it', (family) => {
  const golden = readGolden(family)

  test.each(Object.keys(EXECUTORS) as (keyof typeof EXECUTORS)[])('loss and every gradient, %s', async (executor) => {
    const model = await decoder(family, executor)
    const batch = goldenBatch(golden.batch_rows)
    expect(batch.targets.length).toBe(golden.trained_tokens)
    const loss = await model.accumulateGradients(batch, 1 / golden.trained_tokens)
    expect(Math.abs(loss / golden.trained_tokens - golden.loss)).toBeLessThan(1e-5)
    expect(Math.abs((await model.gradientNorm()) - golden.grad_norm)).toBeLessThan(1e-4)
    for (const { name } of modelParameters(model.config))
      expect(relativeError(await model.gradient(name), await goldenTensor(family, `grad.${name}`)), name).toBeLessThan(1e-4)
    expect(Math.abs((await model.evaluate(batch)) / golden.trained_tokens - golden.loss)).toBeLessThan(1e-5)
  })

  test.each([
    ['made at once', false],
    ['kept as factors', true],
  ])('ten AdamW steps and the weights they lead to, gradients %s', async (_, isWholeStep) => {
    const model = await decoder(family, 'onnxruntime')
    const batch = goldenBatch(golden.batch_rows)
    await replay(model, () => [batch], golden.steps, isWholeStep)
    for await (const { name, data } of model.weights()) {
      const { stride, probe } = golden.final_stats[name] ?? { stride: 1, probe: [NaN] }
      probe.forEach((value, i) => {
        expect(Math.abs((data[i * stride] ?? NaN) - value), name).toBeLessThan(1e-3)
      })
    }
  })
})

describe('qwen2, other windows', () => {
  const golden = readGolden('qwen2')
  const { rows } = golden.accumulation

  test('gradient accumulation is normalised over the tokens of the whole window', async () => {
    const batches = rows.map((row) => goldenBatch([row]))
    const windows = (step: number) => batches.slice((step % 2) * 3, (step % 2) * 3 + 3)
    await replay(await decoder('qwen2', 'onnxruntime'), windows, golden.accumulation.steps)
  })

  test('a ragged last batch', async () => {
    const batches = [goldenBatch(rows.slice(0, 4)), goldenBatch(rows.slice(4))]
    await replay(await decoder('qwen2', 'onnxruntime'), (step) => batches.slice(step % 2, (step % 2) + 1), golden.ragged.steps)
  })

  test('all final weights', async () => {
    const model = await decoder('qwen2', 'onnxruntime')
    await replay(model, () => [goldenBatch(golden.batch_rows)], golden.steps)
    for await (const { name, data } of model.weights()) {
      const expected = await goldenTensor('qwen2', name, 'final.safetensors')
      const worst = data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected[i] ?? NaN))), 0)
      expect(worst, name).toBeLessThan(1e-3)
    }
  })
})

describe('the loss that follows from golden logits of one row', () => {
  /** Mean of -log softmax(logits)[next token] over the row's learned tokens. */
  async function lossOf(
    family: 'llama' | 'mistral',
    name: string,
    { input_ids, labels }: { input_ids: number[]; labels: number[] },
  ) {
    const logits = await goldenTensor(family, name)
    const losses = input_ids.slice(1).flatMap((target, position) => {
      if ((labels[position + 1] ?? -100) < 0) return []
      const row = logits.subarray(position * 512, (position + 1) * 512)
      return [Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - (row[target] ?? NaN)]
    })
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  }

  test.each([
    ['llama', 'logits_rope_llama3_row0', { rope_theta: undefined, rope_parameters: readGolden('llama').rope_llama3 }],
    ['mistral', 'logits_sliding_window6_row0', { sliding_window: 6 }],
  ] as const)('%s, %s', async (family, name, change) => {
    const [row] = readGolden(family).batch_rows
    if (!row) throw new Error('no row')
    const batch = goldenBatch([row])
    const model = await createDecoder(goldenConfig(family, change), await EXECUTORS.onnxruntime(), goldenWeights(family))
    expect(Math.abs((await model.evaluate(batch)) / batch.targets.length - (await lossOf(family, name, row)))).toBeLessThan(1e-5)
  })
})
