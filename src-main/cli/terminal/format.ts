import type { Language } from '../../contract/error.ts'

/** 1234.5 → `1,235`. Both languages group by thousands. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US')

/** A loss or a score to four significant digits, never in exponent form above 1e-4. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && size < 1e-4) return value.toExponential(1)
  return value.toFixed(size < 0.1 ? 4 : size < 10 ? 3 : 2)
}

/** A learning rate as people write it: 5e-5, 0.001. */
export const formatRate = (value: number): string => {
  const short = Number(value.toPrecision(3))
  return short !== 0 && Math.abs(short) < 1e-3 ? short.toExponential() : String(short)
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1000, as disks are sold and file managers show them. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)))
  const value = bytes / 1000 ** power
  return `${power > 0 && value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${UNITS[power] ?? 'TB'}`
}

const TIME_WORDS = {
  en: { second: ' s', minute: ' min', hour: ' h' },
  zh: { second: ' 秒', minute: ' 分', hour: ' 小时' },
} as const

/** The two largest units that matter: `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number, language: Language): string {
  const words = TIME_WORDS[language]
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))}${words.second}`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}${words.second}`
  const part = (value: number, word: string): string => (value > 0 ? ` ${value}${word}` : '')
  if (whole < 3600) return `${Math.floor(whole / 60)}${words.minute}${part(whole % 60, words.second)}`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)}${words.hour}${part(minutes % 60, words.minute)}`
}

/** `2048` → `2,048`, `5_200_000` → `5.2M`, `494_000_000` → `494M`: how the field states the size of a model. */
export function formatParameterCount(count: number): string {
  if (count < 1e6) return formatCount(count)
  const [value, unit] = count < 1e9 ? [count / 1e6, 'M'] : [count / 1e9, 'B']
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)}${unit}`
}
