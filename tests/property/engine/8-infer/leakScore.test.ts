import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leakScore } from '../../../../src-main/engine/8-infer/leakScore.ts'

const verse = fc.string({
  unit: fc.constantFrom(...Array.from('红绫缠腕风火踏浪不屈悔笑傲苍茫，。\n')),
  minLength: 1,
  maxLength: 24,
})
/** Han characters that no verse has. */
const other = fc.string({ unit: fc.constantFrom(...Array.from('天地玄黄宇宙洪荒，。')), minLength: 1, maxLength: 24 })
const hasUnits = (text: string): boolean => /\p{L}/u.test(text)

describe('the leak score', () => {
  test('is 0 where the answer is a label, whatever both share with the input', () => {
    fc.assert(
      fc.property(verse, verse, (label, input) => {
        expect(leakScore([label])(label, input) ?? 0).toBe(0)
      }),
    )
  })
  test('is 1 where the answer holds the whole input and the label shares nothing with it', () => {
    fc.assert(
      fc.property(verse.filter(hasUnits), other, other, (input, label, before) => {
        expect(leakScore([label])(before + '。' + input + label, input)).toBe(1)
      }),
    )
  })
  test('lies between 0 and 1', () => {
    fc.assert(
      fc.property(verse, verse, fc.array(verse), (answer, input, labels) => {
        const score = leakScore(labels)(answer, input) ?? 0
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
      }),
    )
  })
  test('is 0 where the answer is any of the labels', () => {
    fc.assert(
      fc.property(fc.array(verse, { minLength: 1 }), fc.nat(), verse, (labels, pick, input) => {
        expect(leakScore(labels)(labels[pick % labels.length] ?? '', input) ?? 0).toBe(0)
      }),
    )
  })
})

test('half of an input repeated is half a leak', () => {
  expect(leakScore(['红绫缠腕'])('他说：哪吒降世意气飞扬，', '哪吒降世，意气飞扬。\n逆天改命，破障冲霄。')).toBe(0.5)
})
test('English counts by words', () => {
  expect(leakScore(['Be on board'])('I know the ship sails at dawn today', 'The ship sails at dawn')).toBe(1)
  expect(leakScore(['Be on board'])('the ship is late', 'The ship sails at dawn')).toBe(0)
})
test('an input that says nothing of its own cannot leak', () => {
  expect(leakScore(['label'])('anything', '')).toBeNull()
  expect(leakScore(['label'])('anything', '……')).toBeNull()
  expect(leakScore(['a b c'])('a b c', 'a b c')).toBeNull()
})
