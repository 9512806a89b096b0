import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../src-main/contract/row.ts'
import { characterSpans } from '../../src-main/engine/2-tokens/characterSpans.ts'
import { openTokenizer, type Tokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { readBack } from '../../src-main/engine/2-tokens/readBack.ts'
import { IGNORE_INDEX, type TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import type { LossOn } from '../../src-main/engine/2-tokens/maskLayout.ts'
import { tokeniseRow } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import type { TemplateKind } from '../../src-main/engine/2-tokens/rowText.ts'
import { trainedTokens } from '../../src-main/engine/3-batches/trainedTokens.ts'

const NO_LIMIT = 1_000_000
const data = (path: string): string => fileURLToPath(new URL(`../golden/data/${path}`, import.meta.url))

/** Text of any script, with what tokenizers stumble over: combining marks, joiners, controls, digits of other scripts, special tokens. */
const awkward = fc.constantFrom(
  'e\u0301',
  '\u0301',
  '👨‍👩‍👧',
  '\u0000',
  '\r\n',
  '\u0085',
  '\ufeff',
  '٣',
  ' ',
  '  ',
  '哪吒',
  '\u1100\u1161',
  '<|im_end|>',
  '[PAD]',
)
const text = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 6 }), awkward), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''))
/** Rows whose answer begins anywhere, so that tokens reach across. */
const cutAnywhere: fc.Arbitrary<Row> = fc
  .tuple(fc.constantFrom('哪吒降世，意气飞扬。', 'Write a poem: the sea waves sing.', 'cafe\u0301 x'), fc.nat(40))
  .map(([words, at]) => ({ instruct: words.slice(0, at), input: '', label: words.slice(at) }))
const anyRow: fc.Arbitrary<Row> = fc.oneof(fc.record({ instruct: text, input: text, label: text }), cutAnywhere)
const lossOn = fc.constantFrom<LossOn>('answer', 'everything')

const has = ({ warnings }: TokenisedRow, kind: TokenisedRow['warnings'][number]['kind']): boolean =>
  warnings.some((warning) => warning.kind === kind)

describe.each([
  ['byte-level with NFC', 'qwen2', ['plain']],
  ['byte-level with digits', 'tokenizers/digits', ['plain', 'chat']],
  ['SentencePiece with a begin mark', 'tokenizers/sentencepiece', ['plain', 'chat']],
  ['words with marks on both sides', 'tokenizers/words', ['plain']],
] as const)('every row, whatever it says (%s)', (_, folder, templates) => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(data(folder))
  })
  afterAll(() => tokenizer.close())
  const template = fc.constantFrom<TemplateKind>(...templates)

  it('has a label and a reason for each id, which agree', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, lossOn, template, fc.integer({ min: 2, max: 40 }), async (row, loss, kind, maxLength) => {
        const tokenised = await tokeniseRow(tokenizer, row, 3, { maxLength, lossOn: loss, template: kind })
        const { ids, labels, reasons, cutOff, warnings } = tokenised
        expect(tokenised.row).toBe(3)
        expect(labels).toHaveLength(ids.length)
        expect(reasons).toHaveLength(ids.length)
        labels.forEach((label, position) => {
          expect(label).toBe(reasons[position] === 'given' ? IGNORE_INDEX : ids[position])
        })
        if (loss === 'everything') expect(labels).toEqual(ids)
        expect(reasons.filter((reason) => reason === 'end-mark').length).toBe(has(tokenised, 'end-mark-missing') ? 0 : 1)
        expect(has(tokenised, 'nothing-to-learn')).toBe(trainedTokens([tokenised]) === 0)
        if (has(tokenised, 'answer-cut')) expect(cutOff.length).toBeGreaterThan(0)
        for (const warning of warnings) if ('position' in warning) expect(ids[warning.position]).toBeDefined()
      }),
    )
  })

  it('cut short is the beginning of itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, lossOn, template, fc.integer({ min: 2, max: 40 }), async (row, loss, kind, maxLength) => {
        const cut = await tokeniseRow(tokenizer, row, 0, { maxLength, lossOn: loss, template: kind })
        const whole = await tokeniseRow(tokenizer, row, 0, { maxLength: NO_LIMIT, lossOn: loss, template: kind })
        const behind = kind === 'plain' ? tokenizer.idsBehind.length : 0
        const content = cut.ids.length - behind
        expect(cut.ids.length).toBe(Math.min(maxLength, whole.ids.length))
        expect([...cut.ids.slice(0, content), ...cut.cutOff, ...cut.ids.slice(content)]).toEqual(whole.ids)
        expect(cut.labels.slice(0, content)).toEqual(whole.labels.slice(0, content))
        expect(whole.cutOff).toEqual([])
        expect(has(whole, 'answer-cut')).toBe(false)
      }),
    )
  })
})

describe.each([
  ['byte-level with NFC', 'qwen2', (words: string) => words.normalize('NFC')],
  ['byte-level with digits', 'tokenizers/digits', (words: string) => words],
] as const)('every row reads back (%s)', (_, folder, normalise) => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(data(folder))
  })

  it('as what was given and what is learned, or says which characters stand across', async () => {
    let across = 0
    await fc.assert(
      fc.asyncProperty(anyRow, async (row) => {
        const tokenised = await tokeniseRow(tokenizer, row, 0, { maxLength: NO_LIMIT, lossOn: 'answer', template: 'plain' })
        const { given, learned } = readBack(tokenizer, tokenised)
        const merge = tokenised.warnings.find((warning) => warning.kind === 'boundary-merge')
        if (merge) {
          across++
          expect(merge.characters).not.toBe('')
          expect(normalise(row.instruct + row.input + row.label + tokenizer.eosToken)).toContain(merge.characters)
        } else {
          expect(given).toBe(normalise(row.instruct + row.input))
          expect(learned).toBe(normalise(row.label + tokenizer.eosToken))
        }
      }),
      { numRuns: 300 },
    )
    expect(across).toBeGreaterThan(0)
  })

  it('and each token covers its characters of the text', () => {
    fc.assert(
      fc.property(text, (words) => {
        const ids = tokenizer.encode(words)
        const { text: shown, spans } = characterSpans(tokenizer, ids)
        expect(shown).toBe(tokenizer.decode(ids))
        expect(shown).toBe(normalise(words))
        expect(spans).toHaveLength(ids.length)
        let end = 0
        spans.forEach((span, index) => {
          // In order, without a gap; only a character that is spread over tokens is covered twice.
          expect(span.start).toBeLessThan(span.end)
          expect(span.start).toBeLessThanOrEqual(end)
          if (span.start < end) expect(span.partial && spans[index - 1]?.partial).toBe(true)
          if (!span.partial) expect(tokenizer.decode(ids.slice(index, index + 1))).toBe(shown.slice(span.start, span.end))
          end = span.end
        })
        expect(end).toBe(shown.length)
      }),
      { numRuns: 300 },
    )
  })
})
