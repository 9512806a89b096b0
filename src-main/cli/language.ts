import type { Language } from '../contract/error.ts'
import type { Environment } from './terminal/terminal.ts'

/** POSIX: the first of these that is set and not empty decides the language of messages. */
const LOCALE_VARIABLES = ['LC_ALL', 'LC_MESSAGES', 'LANG'] as const
/** Locales that say nothing about a language. */
const NEUTRAL = /^(C|POSIX)(\.|$)/

const ofLocale = (locale: string): Language => (/^zh\b|^zh[_-]/i.test(locale) ? 'zh' : 'en')

/** The value of `--language` anywhere among the arguments: the help text needs it before the arguments are parsed. */
export function requestedLanguage(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => argument === '--language' || argument.startsWith('--language='))
  const argument = argv[at]
  return argument === '--language' ? argv[at + 1] : argument?.slice('--language='.length)
}

/** The language asked for, else that of the locale, else that of the system where the environment is silent (Windows). */
export function chooseLanguage(argv: readonly string[], environment: Environment, systemLocale: string): Language {
  const requested = requestedLanguage(argv)
  if (requested === 'en' || requested === 'zh') return requested
  const locale = LOCALE_VARIABLES.map((name) => environment[name]).find((value) => value)
  if (locale === undefined) return ofLocale(systemLocale)
  return NEUTRAL.test(locale) ? 'en' : ofLocale(locale)
}
