import type { Language } from '../contract/error.ts'
import type { Settings } from '../contract/settings.ts'
import type { Electron } from './electron.ts'

/** The language of what the system draws for us. */
export function shellLanguage({ getLocale }: Electron['app'], chosen: Settings['language']): Language {
  if (chosen !== 'system') return chosen
  return getLocale().toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
