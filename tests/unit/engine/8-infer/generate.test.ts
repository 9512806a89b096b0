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

/** A model whose logits are what `next` makes of the tokens that it has read. */
function modelOf(next: (length: number, last: TokenId) => Float32Array, changes: Partial<InferenceModel> = {}): Told {
  const pieces: TokenId[][] = []
  const decoder: TokenReader = {
    begin() {
      let length = 0
      return {
        get length() {
          return length
        },
        read(ids, logitsToKeep = 1) {
          pieces.push([...ids])
          const scores = ids.map((id) => next(++length, id)).slice(-logitsToKeep)
          return Promise.resolve(Float32Array.from(scores.flatMap((each) => [...each])))
        },
        cut(most) {
          length = Math.min(length, most)
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

describe('a draft', () => {
  const ids = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
  const reads = async (draft: TokenId[], changes: Partial<GenerationSettings> = {}) => {
    const told = saying([...ids, tokenizer.eosId])
    const generation = await generate(told.model, tokenizer, PROMPT, { ...GREEDY, ...changes }, { draft })
    return { ids: generation.ids, reads: told.pieces.length }
  }

  test('that is right is read once, with the prompt', async () => {
    expect(await reads([...ids, tokenizer.eosId])).toEqual({ ids: [...ids, tokenizer.eosId], reads: 1 })
    expect(await reads(ids)).toEqual({ ids: [...ids, tokenizer.eosId], reads: 1 })
  })
  test('that is wrong somewhere changes nothing; where it quotes the answer again, it is read along again', async () => {
    const plain = await reads([])
    expect(plain).toEqual({ ids: [...ids, tokenizer.eosId], reads: ids.length + 1 })
    // 10 to 12 at once, 13, 14 and 15 one by one, 16 to 19 at once since the draft has 14 and 15, too, and the end mark.
    const quoting = await reads([10, 11, 99, 98, 14, 15, 16, 17, 18])
    expect(quoting.ids).toEqual(plain.ids)
    expect(quoting.reads).toBe(6)
    expect((await reads([98, 99])).ids).toEqual(plain.ids)
  })
  test('is what the answer itself said before, where it repeats itself', async () => {
    const loop = Array.from({ length: 60 }, (_, at) => 20 + (at % 3))
    const told = saying([...loop, tokenizer.eosId])
    const plain = saying([...loop, tokenizer.eosId])
    const generation = await generate(told.model, tokenizer, PROMPT, GREEDY, { draft: [10, 11] })
    expect(generation.ids).toEqual((await generate(plain.model, tokenizer, PROMPT, GREEDY)).ids)
    expect(told.pieces.length).toBeLessThan(12)
    expect(plain.pieces).toHaveLength(61)
  })
  test('makes an answer no longer than it may be', async () => {
    expect(await reads(ids, { max_new_tokens: 3 })).toEqual({ ids: [10, 11, 12], reads: 1 })
  })
  test('changes no draw and no penalty', async () => {
    const drawn = async (draft: TokenId[]) => {
      const { model } = modelOf((_, last) => Float32Array.from({ length: VOCABULARY }, (_, id) => ((id * 7 + last * 13) % 5) / 2))
      const settings = { ...GREEDY, temperature: 1, repetition_penalty: 1.3, max_new_tokens: 30, seed: 7 }
      return (await generate(model, tokenizer, PROMPT, settings, { draft })).ids
    }
    const plain = await drawn([])
    expect(plain).toHaveLength(30)
    expect(await drawn(plain)).toEqual(plain)
    expect(await drawn([...plain.slice(0, 9), 1, ...plain.slice(10)])).toEqual(plain)
  })
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
