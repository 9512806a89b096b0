import { fc, it } from '@fast-check/vitest'
import { expect } from 'vitest'
import { readMessage, writeMessage } from '../../../src-main/contract/socketMessage.ts'

/** Plain data as the contract's values are: NaN and infinities as a loss may be, and texts that look like their marks. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, NaN, Infinity, -Infinity, '\0', '\0NaN', '\0\0Infinity'),
    fc.string({ unit: 'binary' }),
    // JSON knows one zero.
    fc.double().map((number) => number + 0),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

it.prop([value])('a value comes out of a message as it went in', (sent) => {
  const { answer } = readMessage(writeMessage({ id: 1, answer: sent })) as { answer: unknown }

  expect(answer).toEqual(sent)
})

it('a call without an argument has none on the other side', () => {
  expect(readMessage(writeMessage({ id: 1, name: 'app.start', argument: undefined }))).toEqual({ id: 1, name: 'app.start' })
})
