import { TuneDeskError } from '../contract/error.ts'

/** @throws usage/wrong-value */
export function readNumber(option: string, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new TuneDeskError('usage/wrong-value', { name: option, value: text, expected: '0, 1, 2.5 …' })
}
