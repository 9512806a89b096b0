import { fileURLToPath } from 'node:url'
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import type { TokenId } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { createTextStream } from '../../../../src-main/engine/8-infer/textStream.ts'

interface Coder {
  encode(text: string): TokenId[]
  decode(ids: readonly TokenId[]): string
}

/** Byte-level with a small vocabulary: most characters are spread over several tokens. */
async function byteLevel(): Promise<Coder> {
  const tokenizer = await openTokenizer(fileURLToPath(new URL('../../../golden/data/qwen2', import.meta.url)))
  return { encode: (text) => tokenizer.encode(text), decode: (ids) => tokenizer.decode(ids) }
}

/** As SentencePiece models are converted: words begin with ▁, unknown characters fall back to bytes, the text's first space is taken off. */
function sentencePiece(): Coder {
  const words = ['<unk>', '▁', '▁a', 'a', 'b', 'ab', '▁b', '。', '红', 'é']
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
  const vocab = Object.fromEntries([...words, ...bytes].map((token, id) => [token, id]))
  const library = new LibraryTokenizer(
    {
      added_tokens: [],
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '▁' },
          { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        ],
      },
      pre_tokenizer: null,
      post_processor: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1, stop: 0 },
        ],
      },
      model: { type: 'BPE', vocab, merges: ['▁ a', '▁ b', 'a b'], unk_token: '<unk>', byte_fallback: true, fuse_unk: true },
    },
    { clean_up_tokenization_spaces: false },
  )
  return { encode: (text) => library.encode(text).ids, decode: (ids) => library.decode([...ids]) }
}

const text = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '。', '红', '绫', '😀', '👨‍👩‍👧', 'é', '𠮷', '\n', '\u{feff}'),
  minLength: 1,
  maxLength: 30,
})

function tell(coder: Coder, ids: readonly TokenId[], stops: readonly string[] = []): { pieces: string[]; stopped: boolean } {
  const stream = createTextStream((some) => coder.decode(some), stops)
  const pieces: string[] = []
  for (const id of ids) {
    pieces.push(stream.push(id))
    if (stream.stopped) break
  }
  pieces.push(stream.end())
  return { pieces, stopped: stream.stopped }
}

describe.each([
  ['byte-level', byteLevel],
  ['SentencePiece', sentencePiece],
])('a stream of %s tokens', (_, open) => {
  test('joins to the decoded text, in whole characters', async () => {
    const coder = await open()
    fc.assert(
      fc.property(text, (whole) => {
        const ids = coder.encode(whole)
        const { pieces } = tell(coder, ids)
        expect(pieces.join('')).toBe(coder.decode(ids))
        for (const piece of pieces) expect(piece).not.toContain('\ufffd')
      }),
    )
  })

  test('cut anywhere, it has told the text so far but for a character that is not whole', async () => {
    const coder = await open()
    fc.assert(
      fc.property(text, fc.nat(40), (whole, length) => {
        const ids = coder.encode(whole).slice(0, length)
        if (ids.length === 0) return
        expect(tell(coder, ids).pieces.join('')).toBe(coder.decode(ids).replace(/\ufffd+$/, ''))
      }),
    )
  })

  test('of any tokens in any order it tells what they decode to', async () => {
    const coder = await open()
    const letters = [...new Set(coder.encode('ab 红😀。\n').flatMap((id) => [id, id + 1]))]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 20 }), (ids) => {
        // Behind up to three broken bytes nothing is certain yet: close the text.
        const closed = [...ids, ...coder.encode('a')]
        expect(tell(coder, closed).pieces.join('')).toBe(coder.decode(closed))
      }),
    )
  })

  test('ends before the first stop string, none of which is ever told', async () => {
    const coder = await open()
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', '。', '红'), minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(text, fc.array(stop, { maxLength: 3 }), (whole, stops) => {
        const ids = coder.encode(whole)
        const decoded = coder.decode(ids)
        const { pieces, stopped } = tell(coder, ids, stops)
        const told = pieces.join('')
        const ends = stops.map((each) => decoded.indexOf(each)).filter((at) => at >= 0)
        expect(stopped).toBe(ends.length > 0)
        if (ends.length === 0) expect(told).toBe(decoded)
        expect(decoded.startsWith(told)).toBe(true)
        for (const each of stops) expect(told).not.toContain(each)
      }),
    )
  })
})
