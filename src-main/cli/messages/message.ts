import type { Language } from '../../contract/error.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type MessageKey = keyof typeof en

/** The names in a text's braces, and those that pick a singular: `{rows}` and `{rows|row|rows}` both take `rows`. */
type ParameterNames<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? (Slot extends `${infer Name}|${string}` ? Name : Slot) | ParameterNames<Rest>
  : never

type MessageParameters<Key extends MessageKey> = Record<ParameterNames<(typeof en)[Key]>, string | number>

/** A text of the command line in the chosen language. A text that takes parameters cannot be asked for without them. */
export type Message = <Key extends MessageKey>(
  key: Key,
  ...parameters: [ParameterNames<(typeof en)[Key]>] extends [never] ? [] : [MessageParameters<Key>]
) => string

const SLOT = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

function fill(text: string, parameters: Readonly<Record<string, string | number>>): string {
  return text.replace(SLOT, (whole, name: string, one: string | undefined, many: string | undefined) => {
    const value = parameters[name]
    if (one !== undefined && many !== undefined) return Number(value) === 1 ? one : many
    return value === undefined ? whole : String(value)
  })
}

export function messagesIn(language: Language): Message {
  const texts: Readonly<Record<MessageKey, string>> = { en, zh }[language]
  return (key, ...parameters) => fill(texts[key], parameters[0] ?? {})
}
