import type { Language } from '../../src-main/contract/error.ts'
import { en, type Messages } from './en.ts'
import { zh } from './zh.ts'

export type MessageKey = keyof Messages
export type Parameters = Readonly<Record<string, string | number>>

/** Texts and the ways to write numbers, in one language. */
export interface Translation {
  language: Language
  text(key: MessageKey, parameters?: Parameters): string
  /** A rounded number: two figures tell how much, more would be noise. */
  rough(value: number): string
  /** A rounded number in words of the language: 1.4B, 14亿. */
  roughInWords(value: number): string
  gigabytes(bytes: number): string
}

export function translate(language: Language): Translation {
  const messages = { en, zh }[language]
  const rough = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 })
  const inWords = new Intl.NumberFormat(language, { maximumSignificantDigits: 2, notation: 'compact' })
  const gigabytes = new Intl.NumberFormat(language, { maximumFractionDigits: 1, style: 'unit', unit: 'gigabyte' })
  return {
    language,
    text: (key, parameters = {}) =>
      messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole)),
    rough: (value) => rough.format(value),
    roughInWords: (value) => inWords.format(value),
    gigabytes: (bytes) => gigabytes.format(bytes / 1e9),
  }
}
