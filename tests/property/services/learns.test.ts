import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../../src-main/contract/row.ts'
import { maskLayout } from '../../../src-main/engine/2-tokens/maskLayout.ts'
import { openTokenizer, type Tokenizer } from '../../../src-main/engine/2-tokens/openTokenizer.ts'
import { measureRows } from '../../../src-main/engine/2-tokens/tokeniseRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { trainedTokens } from '../../../src-main/engine/3-batches/trainedTokens.ts'
import { tokenise, type MaskSettings } from '../../../src-main/jobs/check.ts'
import { collateRows } from '../../../src-main/jobs/learns/collateRows.ts'
import { cutWords } from '../../../src-main/jobs/learns/cutWords.ts'
import { examineRow } from '../../../src-main/jobs/learns/examineRow.ts'

const data = (path: string): string => fileURLToPath(new URL(`../../golden/data/${path}`, import.meta.url))

const words = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.constantFrom('哪吒降世', '，', 'the sea ', '👨‍👩‍👧', '\r\n', 'e\u0301', '\u202e', '<|endoftext|>', '[PAD]', '</s>'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''))
const anyRow: fc.Arbitrary<Row> = fc.record({ instruct: words, input: words, label: words })
const maxLength = fc.integer({ min: 2, max: 30 })
const lossOn = fc.constantFrom('answer', 'everything')

describe.each([
  ['byte-level', 'qwen2', ['plain']],
  ['with a begin mark and a chat template', 'tokenizers/sentencepiece', ['plain', 'chat']],
  ['with marks on both sides', 'tokenizers/words', ['plain']],
] as const)('what is shown is what is trained (%s)', (_, folder, templates) => {
  const model = data(folder)
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(model)
  })
  afterAll(() => tokenizer.close())
  const settings: fc.Arbitrary<MaskSettings> = fc.record({
    max_length: maxLength,
    loss_on: lossOn,
    template: fc.constantFrom(...templates),
  })
  const trained = (rows: readonly Row[], chosen: MaskSettings) =>
    tokenise(
      tokenizer,
      rows.map((row, index) => ({ row, index })),
      chosen,
    )

  it('token by token', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, settings, async (row, chosen) => {
        const [arrays] = await trained([row], chosen)
        const shown = await examineRow(tokenizer, { model, row, settings: chosen, start: 0 })
        const kept = shown.tokens.filter(({ reason }) => reason !== 'cut-off')
        expect(kept.map(({ id }) => id)).toEqual(arrays?.ids)
        expect(kept.map(({ reason }) => reason)).toEqual(arrays?.reasons)
        expect(shown.tokens.slice(kept.length).map(({ id }) => id)).toEqual(arrays?.cutOff)
        expect(shown.warnings).toEqual(arrays?.warnings)
        expect(shown.taught).toBe(arrays ? trainedTokens([arrays]) : null)
        expect(shown.total).toBe(arrays?.ids.length)
        const counted = { given: 0, learned: 0, 'end-mark': 0, 'cut-off': 0 }
        for (const { reason } of shown.tokens) counted[reason]++
        expect(shown.counts).toEqual(counted)
      }),
    )
  })

  it('in numbers too, at every limit and back again, from one tokenising', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, fc.array(settings, { minLength: 1, maxLength: 5 }), async (row, all) => {
        const there = await Promise.all(templates.map((template) => measureRows(tokenizer, [row], template)))
        for (const chosen of [...all, ...[...all].reverse()]) {
          const [measure] = there[templates.findIndex((template) => template === chosen.template)] ?? []
          const [arrays] = await trained([row], chosen)
          if (!measure || !arrays) throw new Error('a row gives a row')
          const layout = maskLayout(measure, { maxLength: chosen.max_length, lossOn: chosen.loss_on })
          expect(layout.length).toBe(arrays.ids.length)
          expect(layout.taught).toBe(trainedTokens([arrays]))
          expect(layout.warnings).toEqual(arrays.warnings)
          expect(layout.counts['cut-off']).toBe(arrays.cutOff.length)
          expect(layout.counts.given).toBe(arrays.reasons.filter((reason) => reason === 'given').length)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('in a batch: padded it holds what the trainer lays end to end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 1, maxLength: 4 }), settings, async (rows, chosen) => {
        const packed = packBatch(await trained(rows, chosen), { shareBeginnings: false })
        const shown = await collateRows(tokenizer, { model, rows, settings: chosen, packed: false })
        const isToken = (line: number, position: number): boolean => shown.attention_mask[line]?.[position] === 1
        expect(shown.input_ids.flatMap((ids, line) => ids.filter((__, position) => isToken(line, position)))).toEqual([
          ...packed.inputIds,
        ])
        const targets = shown.labels.flatMap((labels, line) =>
          labels.filter((label, position) => position > 0 && isToken(line, position) && label !== -100),
        )
        expect(targets).toEqual([...packed.targets])
        shown.states.forEach((states, line) => {
          states.forEach((state, position) => {
            expect(state === 'padding').toBe(!isToken(line, position))
            if (state === 'padding') expect(shown.labels[line]?.[position]).toBe(-100)
            if (state === 'padding') expect(shown.input_ids[line]?.[position]).toBe(tokenizer.padId)
          })
        })
      }),
    )
  })

  it('and what a limit takes is the rest of the text', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, settings, async (row, chosen) => {
        const [arrays] = await trained([row], chosen)
        const [lost] = await cutWords(tokenizer, { model, rows: [row], settings: chosen })
        expect(lost?.tokens).toBe(arrays?.cutOff.length)
        if (lost?.tokens === 0) expect(lost.cut).toBe('')
      }),
    )
  })
})
