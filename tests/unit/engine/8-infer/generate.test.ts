import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { openTokenizer, type Tokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import type { TokenId } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import type { TokenReader } from '../../../../src-main/engine/8-infer/decoderSession.ts'
import { generate, GREEDY, type GenerationSettings } from '../../../../src-main/engine/8-infer/generate.ts'
import type { InferenceModel } from '../../../../src-main/engine/8-infer/openModel.ts'

/** Its vocabulary is small: 海 and 绫 take several tokens each. */
const FOLDER = fileURLToPath(new URL('../../../golden/data/qwen2', import.meta.url))
const VOCABULARY = 512
let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await openTokenizer(FOLDER)
})

interface Told {
  model: InferenceModel
  /** What the decoder was given to read, piece by piece. */
  pieces: TokenId[][]
}

/** A model whose logits are what `next` makes of the number of tokens it has read. */
function modelOf(next: (length: number) => Float32Array, changes: Partial<InferenceModel> = {}): Told {
  const pieces: TokenId[][] = []
  const decoder: TokenReader = {
    begin() {
      let length = 0
      return {
        get length() {
          return length
        },
        read(ids) {
          pieces.push([...ids])
          length += ids.length
          return Promise.resolve(next(length))
        },
        end: () => undefined,
      }
    },
  }
  const files = { config: {}, generationConfig: {} }
  return {
    model: { files, contextLength: 2048, decoder, ...changes },
    pieces,
  }
}

const only = (id: TokenId): Float32Array => new Float32Array(VOCABULARY).fill(-10).fill(10, id, id + 1)
const PROMPT = [1, 2, 3]
/** A model that says these tokens behind PROMPT, and then 0 for ever. */
const saying = (ids: readonly TokenId[], changes?: Partial<InferenceModel>): Told =>
  modelOf((length) => only(ids[length - PROMPT.length] ?? 0), changes)

async function answer({ model }: Told, settings: Partial<GenerationSettings> = {}, signal?: AbortSignal) {
  const pieces: string[] = []
  const generation = await generate(
    model,
    tokenizer,
    PROMPT,
    { ...GREEDY, ...settings },
    { onText: (piece) => pieces.push(piece), ...(signal ? { signal } : {}) },
  )
  expect(pieces.join('')).toBe(generation.text)
  return { ...generation, pieces }
}

describe('an answer ends', () => {
  test("with the tokenizer's end mark, which is not part of its text", async () => {
    const ids = [...tokenizer.encode('碧海。'), tokenizer.eosId]
    expect(await answer(saying(ids))).toMatchObject({ text: '碧海。', ids, reason: 'end-mark' })
  })

  test('with any end mark of the model’s files', async () => {
    const end = tokenizer.encode('a')[0] ?? NaN
    const ids = [...tokenizer.encode('碧海'), end]
    for (const files of [
      { config: { eos_token_id: end }, generationConfig: {} },
      { config: {}, generationConfig: { eos_token_id: [7, end] } },
    ])
      expect(await answer(saying(ids, { files }))).toMatchObject({ text: '碧海', ids, reason: 'end-mark' })
  })

  test('before a stop string, however tokens cut it', async () => {
    const told = saying(tokenizer.encode('ab碧海。cd'))
    expect(await answer(told, { stop_strings: ['d', '碧海'] })).toMatchObject({ text: 'ab', reason: 'stop-string' })
  })

  test('at its length, without the character that is not whole', async () => {
    const ids = tokenizer.encode('绫')
    expect(ids.length).toBeGreaterThan(1)
    const cut = await answer(saying([...tokenizer.encode('a'), ...ids]), { max_new_tokens: ids.length })
    expect(cut).toMatchObject({ text: 'a', reason: 'length' })
    expect(cut.ids).toHaveLength(ids.length)
  })

  test('where the model can read no further', async () => {
    const { ids, reason } = await answer(saying([], { contextLength: PROMPT.length + 4 }))
    expect(ids).toHaveLength(4)
    expect(reason).toBe('length')
  })

  test('when it is stopped: between two tokens, or before the first', async () => {
    const stop = new AbortController()
    const told = modelOf((length) => {
      if (length === PROMPT.length + 2) stop.abort()
      return only(tokenizer.encode('a')[0] ?? NaN)
    })
    expect(await answer(told, {}, stop.signal)).toMatchObject({ text: 'aaa', reason: 'aborted' })
    expect(await answer(told, {}, AbortSignal.abort())).toMatchObject({ text: '', ids: [], reason: 'aborted' })
  })
})

test('text is told in whole characters', async () => {
  const { pieces } = await answer(saying([...tokenizer.encode('红绫😀'), tokenizer.eosId]))
  for (const piece of pieces) expect('红绫😀').toContain(piece)
})

test('special tokens are generated but not told', async () => {
  const ids = [tokenizer.padId, ...tokenizer.encode('a'), tokenizer.eosId]
  expect(await answer(saying(ids))).toMatchObject({ text: 'a', ids })
})

test('a long prompt is read in pieces, and can be stopped between them', async () => {
  const prompt = Array.from({ length: 1300 }, (_, i) => i % 100)
  const { model, pieces } = modelOf(() => only(tokenizer.eosId))
  await generate(model, tokenizer, prompt, GREEDY)
  expect(pieces.map(({ length }) => length)).toEqual([512, 512, 276])
  expect(pieces.flat()).toEqual(prompt)

  const stop = new AbortController()
  const stopped = modelOf(() => {
    stop.abort()
    return only(tokenizer.eosId)
  })
  const { reason } = await generate(stopped.model, tokenizer, prompt, GREEDY, { signal: stop.signal })
  expect(reason).toBe('aborted')
  expect(stopped.pieces).toHaveLength(1)
})

describe('repetition', () => {
  const [a, b] = [40, 50]
  /** Token a is a little likelier than b, at every step. */
  const leaning = () => new Float32Array(VOCABULARY).fill(1, a, a + 1).fill(0.9, b, b + 1)

  test('is penalised where the settings say so', async () => {
    const told = modelOf(leaning)
    expect((await answer(told, { max_new_tokens: 2 })).ids).toEqual([a, a])
    expect((await answer(told, { max_new_tokens: 2, repetition_penalty: 2 })).ids).toEqual([a, b])
  })
  test('is penalised as the model’s generation_config.json says where the settings are silent', async () => {
    const told = modelOf(leaning, { files: { config: {}, generationConfig: { repetition_penalty: 2 } } })
    expect((await answer(told, { max_new_tokens: 2 })).ids).toEqual([a, b])
    expect((await answer(told, { max_new_tokens: 2, repetition_penalty: 1 })).ids).toEqual([a, a])
  })
})

describe('sampling', () => {
  const flat = () => modelOf(() => new Float32Array(VOCABULARY))
  const settings = { temperature: 1, max_new_tokens: 20 }

  test('is the same with the same seed, and another with another', async () => {
    const first = await answer(flat(), { ...settings, seed: 7 })
    expect((await answer(flat(), { ...settings, seed: 7 })).ids).toEqual(first.ids)
    expect((await answer(flat(), { ...settings, seed: 8 })).ids).not.toEqual(first.ids)
  })
})

describe('a prompt', () => {
  test('without a token is refused', async () => {
    await expect(generate(saying([]).model, tokenizer, [], GREEDY)).rejects.toMatchObject({ code: 'infer/empty-prompt' })
  })
  test('that leaves no room for an answer is refused', async () => {
    const { model } = saying([], { contextLength: 3 })
    await expect(generate(model, tokenizer, PROMPT, GREEDY)).rejects.toMatchObject({
      code: 'infer/prompt-too-long',
      parameters: { tokens: 3, limit: 3 },
    })
  })
})
