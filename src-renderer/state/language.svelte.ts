import type { Language } from '../../src-main/contract/error.ts'
import { translate, type Translation } from '../i18n/translation.ts'

const KEY = 'language'

function firstLanguage(): Language {
  const chosen = localStorage.getItem(KEY)
  if (chosen === 'en' || chosen === 'zh') return chosen
  return navigator.language.startsWith('zh') ? 'zh' : 'en'
}

/** The language on screen: the person's choice, which is remembered, or else the system's. */
export class LanguageChoice {
  #language = $state(firstLanguage())
  readonly translation: Translation = $derived(translate(this.#language))

  get language(): Language {
    return this.#language
  }

  set language(language: Language) {
    this.#language = language
    localStorage.setItem(KEY, language)
  }
}
