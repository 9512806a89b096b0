import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { difference, type DifferencePiece } from '../../../src-main/contract/difference.ts'

const words = fc.array(
  fc.constantFrom('the', 'cat', ' ', '  ', '\n', '红', '绫', '缠', 'é', 'e\u0301', '👩‍👩‍👧', '😀', '한', '.', ','),
  { maxLength: 40 },
)
const text = fc.oneof(
  words.map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
)
const side = (pieces: readonly DifferencePiece[], own: DifferencePiece['kind']): string =>
  pieces
    .filter(({ kind }) => kind === 'same' || kind === own)
    .map((piece) => piece.text)
    .join('')

test.prop([text, text], { numRuns: 1_000 })('the pieces give both texts back', (answer, label) => {
  const pieces = difference(answer, label)
  expect(side(pieces, 'answer')).toBe(answer)
  expect(side(pieces, 'label')).toBe(label)
  expect(pieces.every((piece) => piece.text !== '')).toBe(true)
})

test.prop([text], { numRuns: 200 })('a text differs from itself nowhere', (same) => {
  expect(difference(same, same).filter(({ kind }) => kind !== 'same')).toEqual([])
})

test.prop([text, text], { numRuns: 300 })('no character is parted', (answer, label) => {
  const isWhole = (part: string): boolean => !/\p{Surrogate}/u.test(part)
  if (isWhole(answer) && isWhole(label)) expect(difference(answer, label).every((piece) => isWhole(piece.text))).toBe(true)
})

describe('what is compared', () => {
  test('characters of Chinese', () => {
    expect(difference('红绫缠腕', '红绸缠手')).toEqual([
      { kind: 'same', text: '红' },
      { kind: 'answer', text: '绫' },
      { kind: 'label', text: '绸' },
      { kind: 'same', text: '缠' },
      { kind: 'answer', text: '腕' },
      { kind: 'label', text: '手' },
    ])
  })
  test('words of English', () => {
    expect(difference('the red cat', 'the ready cat')).toEqual([
      { kind: 'same', text: 'the ' },
      { kind: 'answer', text: 'red' },
      { kind: 'label', text: 'ready' },
      { kind: 'same', text: ' cat' },
    ])
  })
})

test('two long texts without much in common take no time', () => {
  const long = (seed: number): string => Array.from({ length: 20_000 }, (_, i) => ((i * seed) % 7919).toString(36)).join(' ')
  const started = performance.now()
  const pieces = difference(`begin ${long(31)}`, `begin ${long(57)}`)
  expect(performance.now() - started).toBeLessThan(2_000)
  expect(pieces[0]).toEqual({ kind: 'same', text: 'begin 0 ' })
})
