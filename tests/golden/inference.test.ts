import { readFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { LlamaForCausalLM, PretrainedConfig, Tensor } from '@huggingface/transformers'
import { InferenceSession } from 'onnxruntime-node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { openDecoderSession, type DecoderSession, type Reading } from '../../src-main/engine/8-infer/decoderSession.ts'
import { generate, GREEDY } from '../../src-main/engine/8-infer/generate.ts'
import { inferenceGraph } from '../../src-main/engine/8-infer/inferenceGraph.ts'
import { openModel } from '../../src-main/engine/8-infer/openModel.ts'
import { encodeOnnx } from '../../src-main/files/onnx.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { FAMILIES, goldenConfig, goldenFolder, goldenTensor, readGolden, type Golden } from './golden.ts'
import { inferenceFolder, readInferenceGolden } from './inferenceGolden.ts'

/** Of the four families' models. */
const VOCABULARY = 512
const END = 385
/** golden/README.md: float32 against float32, absolute. */
const LOGIT_TOLERANCE = 1e-4

async function open(folder: string, config: ModelConfig): Promise<DecoderSession> {
  const weights = await openWeights(folder)
  const session = await openDecoderSession(config, weights, { threads: 2, contextLength: config.maxPositions })
  await weights.close()
  onTestFinished(() => session.close())
  return session
}

/** The logits of all ids, read in pieces of these lengths (the last takes the rest). */
async function logitsInPieces(session: DecoderSession, ids: number[], lengths: number[]): Promise<number[]> {
  const logits: number[] = []
  const reading = session.begin([])
  for (const length of [...lengths, ids.length]) {
    const piece = ids.slice(reading.length, reading.length + length)
    if (piece.length === 0) break
    logits.push(...(await reading.read(piece, piece.length)))
  }
  reading.end()
  return logits
}

function expectClose(actual: number[], expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length)
  const worst = actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (expected[i] ?? NaN))), 0)
  expect(worst).toBeLessThan(LOGIT_TOLERANCE)
}

/** The greedy continuation by the logits alone, for models without a tokenizer. */
async function greedy(session: DecoderSession, prompt: number[], length: number, eosId: number): Promise<number[]> {
  const ids: number[] = []
  const reading = session.begin([])
  let logits = await reading.read(prompt)
  while (ids.length < length) {
    const best = logits.indexOf(Math.max(...logits))
    ids.push(best)
    if (best === eosId) break
    logits = await reading.read([best])
  }
  reading.end()
  return ids
}

/** How a text may come: whole, a prompt and the rest, token by token. */
const PIECES = { whole: [], 'twenty and the rest': [20], 'token by token': Array<number>(100).fill(1) }

describe.each(FAMILIES)('%s as transformers computes it', (family) => {
  const golden = readGolden(family)

  test.each(Object.entries(PIECES))('logits, %s', async (_, lengths) => {
    const session = await open(goldenFolder(family), goldenConfig(family))
    const padded = await goldenTensor(family, 'logits')
    for (const [row, { input_ids }] of golden.batch_rows.entries()) {
      const start = (row * padded.length) / golden.batch_rows.length
      const logits = padded.subarray(start, start + input_ids.length * VOCABULARY)
      expectClose(await logitsInPieces(session, input_ids, lengths), logits)
    }
  })

  test('greedy generation', async () => {
    await expectGreedy(goldenFolder(family), golden.greedy_initial)
  })
})

/** Prompts as text, new tokens and their text as transformers gives them. */
async function expectGreedy(folder: string, texts: Golden['greedy_initial']): Promise<void> {
  const model = await openModel(folder, { threads: 2 })
  onTestFinished(() => model.close())
  const tokenizer = await openTokenizer(folder)
  for (const { text, input_ids, new_ids } of texts) {
    expect(tokenizer.encode(text)).toEqual(input_ids)
    const generation = await generate(model, tokenizer, input_ids, { ...GREEDY, max_new_tokens: 16 })
    expect(generation.ids).toEqual(new_ids)
    // The model reads along what it will say, or something else: it says the same.
    for (const draft of [new_ids, [...new_ids.slice(0, 5), ...new_ids], input_ids])
      expect((await generate(model, tokenizer, input_ids, { ...GREEDY, max_new_tokens: 16 }, { draft })).ids).toEqual(new_ids)
    expect(generation.reason).toBe(new_ids.at(-1) === END ? 'end-mark' : 'length')
    expect(generation.text).toBe(tokenizer.decode(new_ids, { skipSpecialTokens: true }).replace(/\ufffd{1,3}$/, ''))
  }
}

test('a fine-tuned model says what it learned, and stops', async () => {
  const folder = await temporaryFolder()
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    await copyFile(`${goldenFolder('qwen2')}/${name}`, `${folder}/${name}`)
  await copyFile(`${goldenFolder('qwen2')}/final.safetensors`, `${folder}/model.safetensors`)
  await expectGreedy(folder, readGolden('qwen2').greedy_final)
})

describe.each([
  ['llama', 'logits_rope_llama3_row0', { rope_parameters: readGolden('llama').rope_llama3, rope_theta: undefined }],
  ['mistral', 'logits_sliding_window6_row0', { sliding_window: 6 }],
] as const)('%s, %s', (family, name, change) => {
  test.each(Object.entries(PIECES))('%s', async (_, lengths) => {
    const session = await open(goldenFolder(family), goldenConfig(family, change))
    const expected = await goldenTensor(family, name)
    const ids = readGolden(family).batch_rows[0]?.input_ids ?? []
    expectClose(await logitsInPieces(session, ids, lengths), expected.subarray(0, ids.length * VOCABULARY))
  })
})

test.skipIf(process.platform === 'win32')("a model in the hub's download cache, where a folder holds links", async () => {
  const cache = join(await temporaryFolder(), 'models--owner--name')
  const folder = join(cache, 'snapshots', '0123abc')
  await mkdir(folder, { recursive: true })
  await mkdir(join(cache, 'blobs'))
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']) {
    await copyFile(`${goldenFolder('llama')}/${name}`, join(cache, 'blobs', `hash-of-${name}`))
    await symlink(join('..', '..', 'blobs', `hash-of-${name}`), join(folder, name))
  }
  await expectGreedy(folder, readGolden('llama').greedy_initial)
})

describe.each(Object.entries(readInferenceGolden().variants))('%s', (name, golden) => {
  const folder = inferenceFolder(name)
  const config = parseConfig(JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')))

  test.each(Object.entries(PIECES))('logits, %s', async (_, lengths) => {
    expectClose(await logitsInPieces(await open(folder, config), golden.input_ids, lengths), golden.logits)
  })

  test('greedy text', async () => {
    expect(await greedy(await open(folder, config), golden.input_ids.slice(0, 9), 24, 95)).toEqual(golden.greedy)
  })
})

describe('a text that begins like one before is read from where it differs, and answered as if it were read whole', () => {
  const ids = (length: number, seed: number): number[] => Array.from({ length }, (_, i) => (i * i * 7 + seed) % VOCABULARY)
  const openHere = () => open(goldenFolder('qwen3'), goldenConfig('qwen3', { max_position_embeddings: 512 }))
  /** The last token's logits, read by a session that knows nothing before. */
  const fresh = async (text: readonly number[]): Promise<Float32Array> => {
    const session = await openHere()
    return session.begin(text).read(text)
  }
  /** Reads what is not read yet, in pieces of this length. */
  const finish = async (reading: Reading, text: readonly number[], piece: number): Promise<Float32Array> => {
    let logits: Float32Array = new Float32Array()
    while (reading.length < text.length) logits = await reading.read(text.slice(reading.length, reading.length + piece))
    return logits
  }

  test('a conversation that goes on, and its last question edited', async () => {
    const session = await openHere()
    const said = ids(250, 1)
    const first = session.begin(said)
    await finish(first, said, 100)
    await finish(first, [...said, ...ids(20, 2)], 1)
    first.end()
    for (const [text, known] of [
      [[...said, ...ids(20, 2), ...ids(30, 3)], 270],
      [[...said, ...ids(20, 2), ...ids(10, 4)], 270],
      [[...said, ...ids(5, 5)], 250],
    ] as const) {
      const reading = session.begin(text)
      expect(reading.length).toBe(known)
      expectClose([...(await finish(reading, text, 512))], await fresh(text))
      reading.end()
    }
  })

  test('two texts read side by side', async () => {
    const session = await openHere()
    const texts = [ids(40, 1), [...ids(20, 1), ...ids(20, 9)]] as const
    const readings = texts.map((text) => session.begin(text))
    for (let at = 0; at < 39; at++)
      await Promise.all(readings.map((reading, i) => reading.read(texts[i]?.slice(at, at + 1) ?? [])))
    for (const [i, reading] of readings.entries())
      expectClose([...(await reading.read(texts[i]?.slice(39) ?? []))], await fresh(texts[i] ?? []))
  })
})

test.each(FAMILIES)('%s in 8 bits scores tokens nearly as it does in float32', async (family) => {
  const config = goldenConfig(family)
  const weights = await openWeights(goldenFolder(family))
  const session = await openDecoderSession(config, weights, { contextLength: config.maxPositions, precision: 'int8' })
  onTestFinished(async () => {
    await session.close()
    await weights.close()
  })
  const ids = readGolden(family).batch_rows[0]?.input_ids ?? []
  const exact = (await goldenTensor(family, 'logits')).subarray(0, ids.length * VOCABULARY)
  const rounded = await logitsInPieces(session, ids, [5, 1])
  const error = Math.hypot(...rounded.map((value, i) => value - (exact[i] ?? NaN))) / Math.hypot(...exact)
  // Not 0, or nothing was rounded.
  expect(error).toBeGreaterThan(1e-4)
  expect(error).toBeLessThan(0.05)
})

test('transformers.js generates with the same graph', async () => {
  const config = JSON.parse(await readFile(`${goldenFolder('llama')}/config.json`, 'utf8')) as Record<string, unknown>
  const weights = await openWeights(goldenFolder('llama'))
  await weights.close()
  const session = await InferenceSession.create(encodeOnnx(inferenceGraph(goldenConfig('llama'), weights.tensors, 128)), {
    extra: { session: { model_external_initializers_file_folder_path: weights.folder } },
  })
  onTestFinished(() => session.release())
  const model = new LlamaForCausalLM(new PretrainedConfig(config), { model: session }, {})
  for (const { input_ids, new_ids } of readGolden('llama').greedy_initial) {
    const shape = [1, input_ids.length]
    const output = await model.generate({
      inputs: new Tensor('int64', BigInt64Array.from(input_ids, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(input_ids.length).fill(1n), shape),
      max_new_tokens: 16,
    })
    const ids = output instanceof Tensor ? Array.from(output.data as BigInt64Array, Number) : []
    expect(ids).toEqual([...input_ids, ...new_ids])
  }
})
