import { expect } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { tokeniseRows } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import poems from '../fixtures/poems.json' with { type: 'json' }
import golden from './data/real_tokenizer_cases.json' with { type: 'json' }

/** Checks all that the golden set says about a real tokenizer: `key` names it there, `folder` holds its files. */
export async function expectRealTokenizerCases(key: keyof typeof golden, folder: string): Promise<void> {
  const { eos_id: eosId, pad_id: padId, cases, seed_rows: seedRows } = golden[key]
  const tokenizer = await openTokenizer(folder)
  expect({ eosId: tokenizer.eosId, padId: tokenizer.padId }).toEqual({ eosId, padId })
  expect(cases.map(({ text }) => tokenizer.encode(text))).toEqual(cases.map(({ ids }) => ids))
  expect(cases.map(({ ids }) => tokenizer.decode(ids))).toEqual(cases.map(({ decoded }) => decoded))
  const rows = await tokeniseRows(tokenizer, poems, { maxLength: 512, lossOn: 'answer', template: 'plain' })
  expect(rows.map(({ ids, labels }) => ({ input_ids: ids, labels }))).toEqual(
    seedRows.map(({ input_ids, labels }) => ({ input_ids, labels })),
  )
  expect(rows.flatMap(({ warnings }) => warnings)).toEqual([])
}
