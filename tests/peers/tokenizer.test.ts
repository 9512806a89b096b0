import fc from 'fast-check'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { goldenFolder } from '../golden/golden.ts'
import { expectRealTokenizerCases } from '../golden/realTokenizerCases.ts'
import { awkwardText } from '../support/awkwardTexts.ts'
import { withQwenTokenizer } from '../../scripts/peers/qwenTokenizer.ts'
import { askPeer, smollm2 } from './peers.ts'
import rows from './rows.json' with { type: 'json' }

const STARTER = fileURLToPath(new URL('../../resources/starter-model', import.meta.url))

/** Blocks of Unicode 17, which Node knows as letters and the Rust library of requirements.txt does not know yet. */
const NEWEST = [
  [0x10940, 0x1095f],
  [0x11b60, 0x11b7f],
  [0x11db0, 0x11def],
  [0x16ea0, 0x16edf],
  [0x18d00, 0x18dff],
  [0x1e6c0, 0x1e6ff],
  [0x323b0, 0x3347f],
] as const
const isNewest = (character: string): boolean =>
  NEWEST.some(([first, last]) => first <= (character.codePointAt(0) ?? 0) && (character.codePointAt(0) ?? 0) <= last)

/** The same 10,000 strings every time. */
const TEXTS = fc.sample(
  awkwardText(['<|im_start|>', '<|im_end|>', '<|endoftext|>']).filter((text) => !Array.from(text).some(isNewest)),
  { seed: 2024, numRuns: 10_000 },
)
const ROW_TEXTS = rows.map(({ instruct, input, label }) => instruct + input + label)

describe('ids and text are AutoTokenizer’s for 10,000 random strings and the rows of this folder:', () => {
  const check = async (path: string): Promise<void> => {
    const texts = [...TEXTS, ...ROW_TEXTS]
    const [expected = []] = await askPeer<{ ids: number[]; decoded: string }[][]>('tokenise.py', { tokenizers: [path], texts })
    const tokenizer = await openTokenizer(path)
    const ours = texts.map((text) => {
      const ids = tokenizer.encode(text)
      return { text, ids, decoded: tokenizer.decode(ids) }
    })
    const others = ours.filter(({ ids, decoded }, i) => ids.join() !== expected[i]?.ids.join() || decoded !== expected[i].decoded)
    expect(others).toEqual([])
  }

  test('Qwen', () => withQwenTokenizer('<|im_end|>', check))
  test('SmolLM2-135M-Instruct', async () => check(await smollm2()))
  test('the starter model', () => check(STARTER))
  test('a tiny Qwen2', () => check(goldenFolder('qwen2')))
})

test('SmolLM2’s golden cases hold for the folder that is made here', async () => {
  await expectRealTokenizerCases('smollm2-135m-instruct', await smollm2())
})
