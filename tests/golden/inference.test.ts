import * as ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { generate, GREEDY } from '../../src-main/engine/8-infer/generate.ts'
import { inferenceGraph } from '../../src-main/engine/8-infer/inferenceGraph.ts'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { encodeOnnx } from '../../src-main/files/onnx.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { FAMILIES, goldenConfig, goldenFolder, goldenTensor, readGolden, type GoldenFamily } from './golden.ts'

const VOCABULARY = 512
/** Golden logits are [rows, 23, 512]; the first row fills all 23. */
const LENGTH = 23

async function session(family: GoldenFamily, config: ModelConfig): Promise<ort.InferenceSession> {
  const weights = await openWeights(goldenFolder(family))
  await weights.close()
  return ort.InferenceSession.create(encodeOnnx(inferenceGraph(config, weights.tensors, 128)), {
    extra: { session: { model_external_initializers_file_folder_path: weights.folder } },
  })
}

/** Logits of a row [LENGTH × VOCABULARY], fed in pieces through the cache. */
async function logitsOf(
  model: ort.InferenceSession,
  config: ModelConfig,
  ids: number[],
  pieces: number[],
): Promise<Float32Array> {
  const out = new Float32Array(ids.length * VOCABULARY)
  let cache: Record<string, ort.Tensor> = {}
  for (let layer = 0; layer < config.layerCount; layer++)
    for (const part of ['key', 'value'])
      cache[`past_key_values.${layer}.${part}`] = new ort.Tensor('float32', new Float32Array(), [
        1,
        config.keyValueHeadCount,
        0,
        config.headSize,
      ])
  let start = 0
  for (const size of pieces) {
    const end = start + size
    const results = await model.run({
      input_ids: new ort.Tensor('int64', BigInt64Array.from(ids.slice(start, end), BigInt), [1, size]),
      attention_mask: new ort.Tensor('int64', new BigInt64Array(end).fill(1n), [1, end]),
      num_logits_to_keep: new ort.Tensor('int64', [0n], []),
      ...cache,
    })
    out.set(results['logits']?.data as Float32Array, start * VOCABULARY)
    cache = Object.fromEntries(
      Object.keys(cache).map((name) => [name, results[name.replace('past_key_values', 'present')] as ort.Tensor]),
    )
    start = end
  }
  return out
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0)

async function expectLogits(family: GoldenFamily, config: ModelConfig, name: string): Promise<void> {
  const ids = readGolden(family).batch_rows[0]?.input_ids ?? []
  const wanted = (await goldenTensor(family, name)).subarray(0, LENGTH * VOCABULARY)
  const model = await session(family, config)
  for (const pieces of [[LENGTH], [20, 3], Array<number>(LENGTH).fill(1)])
    expect(largestDifference(await logitsOf(model, config, ids, pieces), wanted)).toBeLessThan(1e-4)
  await model.release()
}

describe.each(FAMILIES)('%s', (family) => {
  test("logits are PyTorch's, whole, in two pieces and token by token", async () => {
    await expectLogits(family, goldenConfig(family), 'logits')
  })

  test("greedy generation is transformers'", async () => {
    const model = await openModel(goldenFolder(family), { threads: 1 })
    const tokenizer = await openTokenizer(goldenFolder(family))
    for (const { input_ids, new_ids } of readGolden(family).greedy_initial) {
      const { ids } = await generate(model, tokenizer, input_ids, { ...GREEDY, max_new_tokens: new_ids.length })
      expect(ids).toEqual(new_ids)
    }
    await model.close()
  })
})

test('llama3 rotary scaling', async () => {
  await expectLogits(
    'llama',
    goldenConfig('llama', { rope_theta: undefined, rope_parameters: readGolden('llama').rope_llama3 }),
    'logits_rope_llama3_row0',
  )
})

test('a sliding window of six tokens', async () => {
  await expectLogits('mistral', goldenConfig('mistral', { sliding_window: 6 }), 'logits_sliding_window6_row0')
})
