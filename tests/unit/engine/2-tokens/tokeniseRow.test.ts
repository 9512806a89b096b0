import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../../src-main/contract/row.ts'
import { openTokenizer, type Tokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import { readBack } from '../../../../src-main/engine/2-tokens/readBack.ts'
import type { TokenisedRow } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import type { LossOn } from '../../../../src-main/engine/2-tokens/maskLayout.ts'
import { tokeniseRow } from '../../../../src-main/engine/2-tokens/tokeniseRow.ts'
import { withTokenizerFolder } from './tokenizerFolder.ts'
import { promptIds } from '../../../../src-main/engine/2-tokens/rowText.ts'

const data = (path: string): string => fileURLToPath(new URL(`../../../golden/data/${path}`, import.meta.url))
const poem: Row = { instruct: 'Write a poem: ', input: 'the sea', label: 'waves sing.' }

describe('a row in plain text', () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(data('qwen2'))
  })
  const tokenise = (row: Row, options: { maxLength?: number; lossOn?: LossOn } = {}): Promise<TokenisedRow> =>
    tokeniseRow(tokenizer, row, 0, { maxLength: 512, lossOn: 'answer', template: 'plain', ...options })

  it('is given up to where the answer begins, learned from there, and closed by the end mark', async () => {
    const { ids, labels, reasons, cutOff, warnings } = await tokenise(poem)
    const given = tokenizer.encode('Write a poem: the sea').length
    expect(reasons).toEqual(ids.map((_, at) => (at < given ? 'given' : at < ids.length - 1 ? 'learned' : 'end-mark')))
    expect(labels.slice(given)).toEqual(ids.slice(given))
    expect(ids.at(-1)).toBe(tokenizer.eosId)
    expect([cutOff, warnings]).toEqual([[], []])
  })

  it('is learned whole where everything is learned', async () => {
    const tokenised = await tokenise(poem, { lossOn: 'everything' })
    expect(tokenised.labels).toEqual(tokenised.ids)
    expect(tokenised.reasons.slice(0, -1).every((reason) => reason === 'learned')).toBe(true)
    expect(readBack(tokenizer, tokenised)).toEqual({ given: '', learned: 'Write a poem: the seawaves sing.<|endoftext|>' })
  })

  it('names the characters of a token that reaches from the question into the answer', async () => {
    // " hi" is one token.
    expect((await tokenise({ instruct: 'Say h', input: '', label: 'i, hi' })).warnings).toEqual([
      { kind: 'boundary-merge', characters: ' hi', position: 2 },
    ])
  })

  it('names whole characters where a token has parts of two', async () => {
    const { warnings } = await tokenise({ instruct: '写诗：哪', input: '', label: '吒降世' })
    expect(warnings).toEqual([{ kind: 'boundary-merge', characters: '哪吒', position: 4 }])
  })

  it('names the character that the normalizer composed across the boundary', async () => {
    const { warnings } = await tokenise({ instruct: 'e', input: '', label: '\u0301 x' })
    expect(warnings).toEqual([{ kind: 'boundary-merge', characters: 'é', position: 0 }])
  })

  it('does not speak of a boundary where everything is learned, nor of one behind the limit', async () => {
    const across = { instruct: 'Say h', input: '', label: 'i, hi' }
    expect((await tokenise(across, { lossOn: 'everything' })).warnings).toEqual([])
    expect((await tokenise(across, { maxLength: 2 })).warnings.map(({ kind }) => kind)).not.toContain('boundary-merge')
  })

  it('says how many tokens of the answer the limit cuts', async () => {
    const whole = await tokenise(poem)
    const learned = whole.reasons.filter((reason) => reason !== 'given').length
    const cut = await tokenise(poem, { maxLength: whole.ids.length - 3 })
    expect(cut.cutOff).toEqual(whole.ids.slice(-3))
    expect(cut.warnings).toEqual([{ kind: 'answer-cut', lostTokens: 3 }, { kind: 'end-mark-missing' }])
    const promptOnly = await tokenise(poem, { maxLength: 4 })
    expect(promptOnly.warnings).toEqual([
      { kind: 'nothing-to-learn' },
      { kind: 'answer-cut', lostTokens: learned },
      { kind: 'end-mark-missing' },
    ])
  })

  it('has nothing to learn where a single learned token comes first, since nothing predicts it', async () => {
    const { labels, warnings } = await tokenise({ instruct: '', input: '', label: '' })
    expect(labels).toEqual([tokenizer.eosId])
    expect(warnings).toEqual([{ kind: 'nothing-to-learn' }])
  })

  it('finds end marks that the row itself contains, in question and answer', async () => {
    const { ids, reasons, warnings } = await tokenise({
      instruct: 'a<|endoftext|>b',
      input: '',
      label: 'c<|endoftext|><|endoftext|>',
    })
    const marks = ids.flatMap((id, position) => (id === tokenizer.eosId ? [position] : []))
    expect(marks).toHaveLength(4)
    expect(warnings).toEqual(marks.slice(0, 3).map((position) => ({ kind: 'end-mark-inside', position })))
    expect(reasons.lastIndexOf('end-mark')).toBe(reasons.indexOf('end-mark'))
    expect(reasons.at(-1)).toBe('end-mark')
  })
})

describe('a row in a chat template', () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(data('tokenizers/digits'))
  })
  afterAll(() => tokenizer.close())
  const tokenise = (row: Row, maxLength = 512): Promise<TokenisedRow> =>
    tokeniseRow(tokenizer, row, 0, { maxLength, lossOn: 'answer', template: 'chat' })

  it('is learned from behind the prompt to the very end, the end of turn being the end mark', async () => {
    const tokenised = await tokenise(poem)
    expect(readBack(tokenizer, tokenised)).toEqual({
      given:
        '<|im_start|>system\nBe helpful.<|im_end|>\n<|im_start|>user\nWrite a poem: the sea<|im_end|>\n<|im_start|>assistant\n',
      learned: 'waves sing.<|im_end|>\n',
    })
    expect(tokenised.reasons.indexOf('end-mark')).toBe(tokenised.ids.length - 2)
    expect(tokenised.warnings).toEqual([])
    const given = tokenised.ids.filter((_, position) => tokenised.reasons[position] === 'given')
    expect(await promptIds(tokenizer, [poem], 'chat')).toEqual([given])
  })

  it("tells the row's own end marks from the template's", async () => {
    const { ids, warnings } = await tokenise({ instruct: 'x<|im_end|>y', input: '', label: 'z<|im_end|>' })
    const marks = ids.flatMap((id, position) => (id === tokenizer.eosId ? [position] : []))
    // system, in the question, user, in the answer, assistant
    expect(marks).toHaveLength(5)
    expect(warnings).toEqual([marks[1], marks[3]].map((position) => ({ kind: 'end-mark-inside', position })))
  })

  it('is refused where the template writes the question anew when an answer follows', () => {
    const source = '{{ messages[0].content }}{% if messages|length > 1 %} | {{ messages[1].content }}{% else %}<think>{% endif %}'
    return withTokenizerFolder('tokenizers/digits', { config: { chat_template: source } }, async (folder) => {
      const changing = await openTokenizer(folder)
      const options = { maxLength: 9, lossOn: 'answer', template: 'chat' } as const
      await expect(tokeniseRow(changing, poem, 0, options)).rejects.toThrow(
        expect.objectContaining({ code: 'template/prompt-changes' }),
      )
      await changing.close()
    })
  })

  it('is told that no end mark is learned where the template writes none', () => {
    const source =
      '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}'
    return withTokenizerFolder('tokenizers/digits', { config: { chat_template: source } }, async (folder) => {
      const endless = await openTokenizer(folder)
      const { warnings } = await tokeniseRow(endless, { ...poem, label: '1' }, 0, {
        maxLength: 512,
        lossOn: 'answer',
        template: 'chat',
      })
      expect(warnings.map(({ kind }) => kind)).toContain('end-mark-missing')
      await endless.close()
    })
  })

  it('is refused where there is no template', async () => {
    const plain = await openTokenizer(data('qwen2'))
    await expect(tokeniseRow(plain, poem, 0, { maxLength: 9, lossOn: 'answer', template: 'chat' })).rejects.toThrow(
      expect.objectContaining({ code: 'tokenizer/no-chat-template' }),
    )
  })
})
