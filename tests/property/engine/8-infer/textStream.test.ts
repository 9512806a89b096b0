import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTextStream } from '../../../../src-main/engine/8-infer/textStream.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', '。', '红', '😀', '👨‍👩‍👧', 'é', '\n'), maxLength: 30 })

/** The text's bytes cut anywhere, as tokens cut them. */
const cut = (bytes: Uint8Array, lengths: number[]): Uint8Array[] => {
  const parts: Uint8Array[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const next = at + (lengths[i % lengths.length] ?? 1)
    parts.push(bytes.subarray(at, next))
    at = next
  }
  return parts
}
const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })

describe('a stream of text', () => {
  test('joins to the text, in whole characters', () => {
    fc.assert(
      fc.property(text, lengths, (whole, sizes) => {
        const stream = createTextStream([])
        const pieces = cut(new TextEncoder().encode(whole), sizes).map((part) => stream.push(part))
        pieces.push(stream.end())
        for (const piece of pieces) expect(piece).not.toContain('\ufffd')
        expect(pieces.join('')).toBe(whole)
      }),
    )
  })

  test('ends before the first stop string, none of which is ever told', () => {
    fc.assert(
      fc.property(
        text,
        lengths,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '。'), minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        (whole, sizes, stops) => {
          const stream = createTextStream(stops)
          let told = ''
          for (const part of cut(new TextEncoder().encode(whole), sizes)) {
            if (stream.stopped) break
            told += stream.push(part)
            for (const stop of stops) expect(told).not.toContain(stop)
          }
          told += stream.end()
          const ends = stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0)
          expect(stream.stopped).toBe(ends.length > 0)
          if (ends.length === 0) expect(told).toBe(whole)
          else expect(whole.startsWith(told)).toBe(true)
          for (const stop of stops) expect(told).not.toContain(stop)
        },
      ),
    )
  })
})
