import { expect, it } from 'vitest'
import { en } from '../../../../src-main/cli/messages/en.ts'
import { messagesIn } from '../../../../src-main/cli/messages/message.ts'
import { zh } from '../../../../src-main/cli/messages/zh.ts'

const parameters = (text: string): string[] =>
  [...new Set(Array.from(text.matchAll(/\{(\w+)/g), (match) => match[1] ?? ''))].sort()

it('says in Chinese everything that it says in English, with the same parameters', () => {
  expect(Object.keys(zh)).toEqual(Object.keys(en))
  for (const [key, text] of Object.entries(en))
    expect([key, parameters(zh[key as keyof typeof en])]).toEqual([key, parameters(text)])
})

it('picks the word by number', () => {
  const message = messagesIn('en')
  expect(message('unit.rows', { rows: 1 })).toBe('1 row')
  expect(message('unit.rows', { rows: 2 })).toBe('2 rows')
  expect(messagesIn('zh')('unit.rows', { rows: 1 })).toBe('1 行')
})
