import { describe, expect, it } from 'vitest'
import { isOutOfMemory } from '../../../../src-main/engine/5-exec/outOfMemory.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('it went well')
}

describe('an error that says that there is no memory', () => {
  it('is what this very Node throws for an array that is too large', () => {
    expect(isOutOfMemory(errorOf(() => new ArrayBuffer(Number.MAX_SAFE_INTEGER)))).toBe(true)
  })

  it.each([
    'Non-zero status code returned while running MatMul node. Failed to allocate memory for requested buffer of size 12345',
    'std::bad_alloc',
    'bad allocation',
    'WebAssembly.Memory(): could not allocate memory',
    'Data cannot be cloned, out of memory.',
  ])('is “%s”', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true)
  })

  it.each([new Error('Invalid array length'), new TypeError('x is not a function'), 'bad_alloc', null])('is not %s', (error) => {
    expect(isOutOfMemory(error)).toBe(false)
  })
})
