import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTokenizer, type Tokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { promptIds, rowTexts } from '../../src-main/engine/2-tokens/rowText.ts'
import { tokeniseRow } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import cases from './data/tokenizers/cases.json' with { type: 'json' }

interface Case {
  row: { instruct: string; input: string; label: string }
  max_length_512: { input_ids: number[]; labels: number[] }
  max_length_6: { input_ids: number[]; labels: number[] }
  chat?: { prompt: string; whole: string; prompt_ids: number[]; whole_ids: number[] }
}

describe.each(['sentencepiece', 'digits', 'words'] as const)("transformers' numbers, with a tokenizer of kind %s", (kind) => {
  const golden = cases[kind]
  const rows: Case[] = golden.rows
  let tokenizer: Tokenizer
  beforeAll(async () => {
    tokenizer = await openTokenizer(fileURLToPath(new URL(`data/tokenizers/${kind}`, import.meta.url)))
  })
  afterAll(() => tokenizer.close())

  it('knows the special tokens', () => {
    const { bosId, eosId, padToken, padId, vocabularySize } = tokenizer
    expect({ bosId, eosId, padToken, padId, vocabularySize }).toEqual({
      bosId: golden.bos_id,
      eosId: golden.eos_id,
      padToken: golden.pad_token,
      padId: golden.pad_id,
      vocabularySize: golden.length,
    })
    expect(tokenizer.padAdded).toBe(golden.pad_token === '[PAD]')
  })

  it.each(golden.texts)(
    'tokenises $text',
    ({ text, ids, ids_without_special_tokens, decoded, decoded_without_special_tokens }) => {
      expect(tokenizer.encode(text)).toEqual(ids)
      expect(tokenizer.encode(text, { addSpecialTokens: false })).toEqual(ids_without_special_tokens)
      expect(tokenizer.decode(ids)).toBe(decoded)
      expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(decoded_without_special_tokens)
    },
  )

  it.each(rows)('masks $row', async ({ row, max_length_512, max_length_6 }) => {
    for (const [maxLength, expected] of [[512, max_length_512] as const, [6, max_length_6] as const]) {
      const { ids, labels, cutOff } = await tokeniseRow(tokenizer, row, 0, { maxLength, lossOn: 'answer', template: 'plain' })
      expect({ input_ids: ids, labels }).toEqual(expected)
      expect(ids.length + cutOff.length).toBe(max_length_512.input_ids.length)
    }
  })

  it.each(rows.flatMap(({ row, chat }) => (chat ? [{ row, chat }] : [])))(
    'writes $row by the chat template',
    async ({ row, chat }) => {
      const [text] = await rowTexts(tokenizer, [row], 'chat')
      expect(text).toMatchObject({ prompt: chat.prompt, whole: chat.whole })
      expect(await promptIds(tokenizer, [row], 'chat')).toEqual([chat.prompt_ids])
      const { ids, labels } = await tokeniseRow(tokenizer, row, 0, { maxLength: 512, lossOn: 'answer', template: 'chat' })
      expect(ids).toEqual(chat.whole_ids)
      expect(labels).toEqual(chat.whole_ids.map((id, position) => (position < chat.prompt_ids.length ? -100 : id)))
    },
  )
})
