import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { answerInQuestion } from '../../../../src-main/engine/1-dataset/lint/answerInQuestion.ts'
import { brokenCharacter } from '../../../../src-main/engine/1-dataset/lint/brokenCharacter.ts'
import { oddWhitespace } from '../../../../src-main/engine/1-dataset/lint/oddWhitespace.ts'
import { isBlank, type RowRule } from '../../../../src-main/engine/1-dataset/lint/rule.ts'

const ODD = [
  'a',
  'b',
  '诗',
  '🙂',
  ' ',
  '\t',
  '\n',
  '\r',
  '\u00a0',
  '\u200b',
  '\u2028',
  '\ufeff',
  '\u3000',
  '\u0000',
  '\ud83d',
  '\udc00',
]
const unit = fc.constantFrom(...ODD)
const text = fc.oneof(fc.string({ unit, maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }))
const row = fc.record({ instruct: text, input: text, label: text })

/** Each with what it may take away. */
const MENDED: [RowRule, RegExp][] = [
  [oddWhitespace, /[\s\p{Cc}\u00ad\u200b\u2060\ufeff]/gu],
  [brokenCharacter, /\p{Surrogate}/gu],
]

test.prop([fc.constantFrom(...MENDED), row], { numRuns: 2_000 })(
  'once a row is mended, the same is not found in it again, and nothing else is gone',
  ([rule, mayGo], texts) => {
    fc.pre(rule.has(texts))
    const mending = rule.mend(texts)
    if (mending?.kind !== 'change') throw new Error('both change texts')
    expect(rule.has(mending.texts)).toBe(false)
    for (const field of ['instruct', 'input', 'label'] as const)
      expect(mending.texts[field].replace(mayGo, '')).toBe(texts[field].replace(mayGo, ''))
  },
)

test.prop([fc.string({ minLength: 12, maxLength: 20 }), text, text], { numRuns: 500 })(
  'an answer is cut off its question and stays the answer, and a question stays',
  (answer, instruct, before) => {
    const texts = { instruct, input: before + answer, label: answer }
    fc.pre(answerInQuestion.has(texts))
    const mending = answerInQuestion.mend(texts)
    if (mending === null) return
    expect(mending).toMatchObject({ kind: 'change', texts: { instruct, label: answer } })
    if (mending.kind === 'change') expect(isBlank(mending.texts.instruct + mending.texts.input)).toBe(false)
  },
)
