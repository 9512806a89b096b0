import type { Language } from '../contract/error.ts'
import type { Settings } from '../contract/settings.ts'

/** The language of what is written for a person: the window's, which follows the system unless they chose one. */
export function windowLanguage({ language }: Settings): Language {
  if (language !== 'system') return language
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith('zh') ? 'zh' : 'en'
}
