import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createByteLevelEncoder } from '../../../../src-main/engine/2-tokens/byteLevelEncoder.ts'
import { byteLevelModel } from '../../../../src-main/engine/2-tokens/byteLevelModel.ts'
import { refineTokenizerJson } from '../../../../src-main/engine/2-tokens/refineTokenizerJson.ts'
import type { TokenizerJson } from '../../../../src-main/engine/2-tokens/tokenizerFiles.ts'
import { awkwardText } from '../../../support/awkwardTexts.ts'
import { QWEN_TOKENIZER_JSON } from '../../../../scripts/peers/qwenTokenizer.ts'

const file = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
const TINY = file('tests/golden/data/qwen2/tokenizer.json')
const asItIs = (): void => undefined

const added = (id: number, content: string, fields: object) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...fields,
})

/** The encoder as `openTokenizer` puts it together, and the library with everything in it. */
async function encoders(path: string, change: (json: TokenizerJson) => void) {
  const json = JSON.parse(await readFile(path, 'utf8')) as TokenizerJson
  change(json)
  const exact = refineTokenizerJson(json)
  const model = byteLevelModel(exact, {})
  if (model === null) throw new Error('of another kind')
  const library = new LibraryTokenizer(exact, {})
  const splitting = new LibraryTokenizer({ ...exact, pre_tokenizer: model.split, model: { ...exact.model, merges: [] } }, {})
  const { normalizer, pre_tokenizer: splitter } = splitting
  const ours = createByteLevelEncoder(model, {
    addedTokens: exact.added_tokens,
    normalize: normalizer && ((text) => normalizer(text)),
    split: (text) => splitter?.pre_tokenize(text) ?? [text],
  })
  return {
    ours,
    library: (text: string) => library.encode(text, { add_special_tokens: false }).ids,
    contents: exact.added_tokens.map(({ content }) => content),
  }
}

describe('ids are those of the library, whatever the text', () => {
  it.each([
    ["Qwen's tokenizer", QWEN_TOKENIZER_JSON, asItIs, 10_000],
    ['the starter model', file('resources/starter-model/tokenizer.json'), asItIs, 2000],
    ['a tiny Qwen2', TINY, asItIs, 2000],
    ["GPT-2's pieces behind digits", file('tests/golden/data/tokenizers/digits/tokenizer.json'), asItIs, 2000],
    [
      'whole words before merges',
      TINY,
      ({ model }: TokenizerJson) => {
        model['ignore_merges'] = true
        // In the vocabulary, but nothing merges into them.
        Object.assign(model.vocab, { Ġuv: 500, 'ä¸Ģ': 501 })
      },
      2000,
    ],
    [
      'added tokens that normalize, begin alike, and take the space around them',
      TINY,
      ({ added_tokens }: TokenizerJson) => {
        added_tokens.push(
          added(390, '<mask>', { lstrip: true }),
          added(391, '<mask>>', { rstrip: true }),
          added(392, 'é\u0301', { normalized: true, special: false }),
          added(393, 'ab', { normalized: true, special: false, lstrip: true, rstrip: true }),
        )
      },
      2000,
    ],
    ['no normalizer', TINY, (json: TokenizerJson): void => void (json.normalizer = null), 1000],
    ['merges written as text', TINY, ({ model }: TokenizerJson): void => void (model['merges'] = asText(model['merges'])), 1000],
  ] as const)('%s', async (_, path, change, numRuns) => {
    const { ours, library, contents } = await encoders(path, change)
    // JavaScript takes U+FEFF for a space to trim, and not U+0085; Rust and we do the reverse.
    const trims = contents.includes('<mask>')
    fc.assert(
      fc.property(awkwardText([...contents, 'a b', ' <mask> ', 'uv 一']), (text) => {
        const compared = trims ? text.replace(/[\ufeff\u0085]/g, ' ') : text
        return ours(compared).join() === library(compared).join()
      }),
      { numRuns },
    )
  })
})

const asText = (merges: unknown): string[] => (merges as [string, string][]).map((pair) => pair.join(' '))

describe('is left to the library', () => {
  it.each<[string, (json: TokenizerJson) => void]>([
    ['another kind of model', ({ model }): void => void (model.type = 'WordPiece')],
    ['a step that does not only split', (json): void => void (json.pre_tokenizer = { type: 'Metaspace' })],
    ['no step at all', (json): void => void (json.pre_tokenizer = null)],
    ['a mark at the end of words', ({ model }): void => void (model['end_of_word_suffix'] = '</w>')],
    [
      'a byte that an unknown token stands for',
      ({ model }) => {
        model['unk_token'] = '<|endoftext|>'
        Reflect.deleteProperty(model.vocab, 'ÿ')
      },
    ],
    ['a merge into a token that there is not', ({ model }): void => void Reflect.deleteProperty(model.vocab, 'ï¼')],
  ])('%s', async (_, change) => {
    const json = JSON.parse(await readFile(TINY, 'utf8')) as TokenizerJson
    expect(byteLevelModel(refineTokenizerJson(json), {})).not.toBeNull()
    change(json)
    expect(
      byteLevelModel({ ...refineTokenizerJson({ ...json, model: { ...json.model, type: 'BPE' } }), model: json.model }, {}),
    ).toBeNull()
  })

  it('a text that its config has trimmed', async () => {
    const json = JSON.parse(await readFile(TINY, 'utf8')) as TokenizerJson
    expect(byteLevelModel(refineTokenizerJson(json), { remove_space: true })).toBeNull()
  })
})
