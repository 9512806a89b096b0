import type { Language } from '../../src-main/contract/error.ts'
import { en } from './en/index.ts'
import type { Message, SameKeys } from './message.ts'
import { zh } from './zh/index.ts'

export type MessageKey = keyof typeof en
/** A number is written as the language writes numbers. */
export type Parameters = Readonly<Record<string, string | number>>

/** Texts and the ways to write numbers, in one language. */
export interface Translation {
  readonly language: Language
  text(key: MessageKey, parameters?: Parameters): string
  /** At most `digits` behind the point. */
  number(value: number, digits?: number): string
  /** Two significant figures: they tell how much, more would be noise. */
  rough(value: number): string
  /** A rounded number in words of the language: 1.4B, 14亿. */
  roughInWords(value: number): string
  /** A loss or a learning rate: four significant figures, 4e-4 where it is very small. */
  fine(value: number): string
  percent(share: number): string
  bytes(bytes: number): string
  /** 45 seconds, 4 minutes, 1 hour 20 minutes: to the two largest units. */
  duration(seconds: number): string
  durationRange(range: { low: number; high: number }): string
  /** A day and a time, or only the time where it is today. */
  time(iso: string, now?: Date): string
  list(items: readonly string[]): string
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function translate(language: Language): Translation {
  // A language may have messages of one form where English has two, and the other way round.
  const messages: SameKeys<typeof en> = { en, zh }[language]
  const plural = new Intl.PluralRules(language)
  const plain = new Intl.NumberFormat(language)
  const rough = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 })
  const inWords = new Intl.NumberFormat(language, { maximumSignificantDigits: 2, notation: 'compact' })
  const fine = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 })
  const scientific = new Intl.NumberFormat(language, { maximumSignificantDigits: 3, notation: 'scientific' })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const items = new Intl.ListFormat(language, { type: 'unit', style: 'narrow' })
  const conjunction = new Intl.ListFormat(language, { type: 'conjunction' })
  const inUnit = (unit: string, maximumFractionDigits = 0): Intl.NumberFormat =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits })

  const durationParts = (seconds: number): [string, number][] => {
    const whole = Math.max(0, Math.round(seconds))
    if (whole < 60) return [['second', whole]]
    const minutes = Math.round(whole / 60)
    if (minutes < 60) return [['minute', minutes]]
    const hours = Math.floor(minutes / 60)
    if (hours >= 24)
      return [
        ['day', Math.floor(hours / 24)],
        ['hour', hours % 24],
      ]
    return [
      ['hour', hours],
      ['minute', minutes % 60],
    ]
  }
  const duration = (seconds: number): string => {
    const [first = ['second', 0], ...rest] = durationParts(seconds)
    const shown = [first, ...rest.filter(([, value]) => value > 0)]
    return items.format(shown.map(([unit, value]) => inUnit(unit).format(value)))
  }

  return {
    language,
    text(key, parameters = {}) {
      const message: Message = messages[key]
      const form =
        typeof message === 'string'
          ? message
          : message[plural.select(Number(parameters['count'] ?? 0)) === 'one' ? 'one' : 'other']
      return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = parameters[name]
        return value === undefined ? whole : typeof value === 'number' ? plain.format(value) : value
      })
    },
    number: (value, digits = 0) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
    rough: (value) => rough.format(value),
    roughInWords: (value) => inWords.format(value),
    fine: (value) => (value !== 0 && Math.abs(value) < 1e-3 ? scientific : fine).format(value),
    percent: (share) => percent.format(share),
    bytes(bytes) {
      const power = bytes < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
      const value = bytes / 1000 ** power
      const format = {
        style: 'unit',
        unit: BYTE_UNITS[power] ?? 'byte',
        maximumFractionDigits: value < 10 && power > 1 ? 1 : 0,
      } as const
      return new Intl.NumberFormat(language, format).format(value)
    },
    duration,
    durationRange({ low, high }) {
      const [unit, value] = durationParts(high)[0] ?? ['second', 0]
      const inSeconds = { second: 1, minute: 60, hour: 3600, day: 86400 }[unit] ?? 1
      const lower = Math.max(0, Math.round(low / inSeconds))
      // Hours and days are too coarse for one end of a range alone.
      if (inSeconds > 60 && value < 10) {
        const tenths = (seconds: number): number => Math.round((seconds / inSeconds) * 10) / 10
        return inUnit(unit, 1).formatRange(tenths(low), tenths(high))
      }
      return lower === value ? inUnit(unit).format(value) : inUnit(unit).formatRange(lower, value)
    },
    time(iso, now = new Date()) {
      const date = new Date(iso)
      const isToday = date.toDateString() === now.toDateString()
      const day = date.getFullYear() === now.getFullYear() ? 'medium' : 'long'
      return new Intl.DateTimeFormat(language, isToday ? { timeStyle: 'short' } : { dateStyle: day, timeStyle: 'short' }).format(
        date,
      )
    },
    list: (some) => conjunction.format(some),
  }
}
