import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { en } from '../../../src-renderer/i18n/en/index.ts'
import type { Message } from '../../../src-renderer/i18n/message.ts'
import { zh } from '../../../src-renderer/i18n/zh/index.ts'

const parametersOf = (message: Message): string[] => {
  const texts = typeof message === 'string' ? [message] : [message.one, message.other]
  return [...new Set(texts.flatMap((text) => Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? '')))].sort()
}

/** One form may leave out a number that the other writes. */
const without = (names: string[]): string[] => names.filter((name) => name !== 'count')

it('no two areas have the same key: the later one would take the place of the other', async () => {
  const folder = new URL('../../../src-renderer/i18n/en/', import.meta.url)
  const keys: string[] = []
  for (const file of readdirSync(folder).filter((name) => name !== 'index.ts')) {
    const area = (await import(new URL(file, folder).href)) as Record<string, object>
    keys.push(...Object.values(area).flatMap((messages) => Object.keys(messages)))
  }
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
})

it('both languages say the same things of the same parameters', () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  const chinese: Record<string, Message> = zh
  for (const [key, message] of Object.entries<Message>(en))
    expect([key, ...without(parametersOf(chinese[key] ?? ''))]).toEqual([key, ...without(parametersOf(message))])
})

it('no message is empty, and Chinese ones are Chinese', () => {
  const foreign = new Set(['rail.other', 'action.switch-language'])
  for (const [key, message] of Object.entries<Message>(zh)) {
    const text = (typeof message === 'string' ? message : message.other).replaceAll(/\{\w+\}/g, '')
    if (!foreign.has(key))
      expect([key, text]).toEqual([key, expect.stringMatching(/\p{Script=Han}|^[^\p{L}]*$|^[\w .%()²³-]+$/u)])
  }
})
