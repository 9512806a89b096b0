import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { openTokenizer, type Tokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { readBack } from '../../src-main/engine/2-tokens/readBack.ts'
import { tokeniseRow } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import { trainedTokens } from '../../src-main/engine/3-batches/trainedTokens.ts'
import maskCases from './data/mask_cases.json' with { type: 'json' }
import tokenizerCases from './data/tokenizer_cases.json' with { type: 'json' }
import golden from './data/qwen2/golden.json' with { type: 'json' }

describe("transformers' numbers, with the tiny tokenizer", () => {
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(fileURLToPath(new URL('data/qwen2', import.meta.url)))
  })

  it('adds [PAD] behind all other tokens, since the pad token is the end mark', () => {
    expect(tokenizer).toMatchObject({ padAdded: true, padToken: '[PAD]', padId: golden.pad_id, eosId: golden.eos_id })
    expect(tokenizer.vocabularySize).toBe(tokenizerCases.vocab)
  })

  it.each(tokenizerCases.cases)('tokenises $text', ({ text, ids, tokens, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids)
    expect(ids.map((id) => tokenizer.token(id))).toEqual(tokens)
    expect(tokenizer.decode(ids)).toBe(decoded)
  })

  it.each(maskCases.cases)('masks: $what', async ({ row, model_max_length, input_ids, labels, trained_after_shift }) => {
    const tokenised = await tokeniseRow(tokenizer, row, 0, { maxLength: model_max_length, lossOn: 'answer', template: 'plain' })
    expect(tokenised.ids).toEqual(input_ids)
    expect(tokenised.labels).toEqual(labels)
    expect(trainedTokens([tokenised])).toBe(trained_after_shift)
  })

  it('masks the rows that the golden training was made with', async () => {
    const rows = golden.rows.map((row, index) =>
      tokeniseRow(tokenizer, row, index, { maxLength: 64, lossOn: 'answer', template: 'plain' }),
    )
    const tokenised = await Promise.all(rows)
    expect(tokenised.map(({ ids, labels }) => ({ input_ids: ids, labels }))).toEqual(golden.batch_rows)
    expect(trainedTokens(tokenised)).toBe(golden.trained_tokens)
    // In the third row one token has the end of 海 and the beginning of 何: the reference masks it.
    expect(tokenised.map(({ warnings }) => warnings)).toEqual([
      [],
      [],
      [{ kind: 'boundary-merge', characters: '海何', position: 5 }],
    ])
    expect(tokenised.slice(0, 2).map((row) => readBack(tokenizer, row))).toEqual(
      golden.rows
        .slice(0, 2)
        .map(({ instruct, input, label }) => ({ given: instruct + input, learned: label + '<|endoftext|>' })),
    )
  })
})
