import { expect, it } from 'vitest'
import { chooseLanguage } from '../../../src-main/cli/language.ts'

it.each([
  [['check', '--language', 'zh'], { LANG: 'en_US.UTF-8' }, 'en-US', 'zh'],
  [['--language=en'], { LANG: 'zh_CN.UTF-8' }, 'zh-CN', 'en'],
  [[], { LC_ALL: 'zh_TW.UTF-8', LANG: 'en_US.UTF-8' }, 'en-US', 'zh'],
  [[], { LC_ALL: '', LANG: 'zh_CN.UTF-8' }, 'en-US', 'zh'],
  [[], { LANG: 'C.UTF-8' }, 'zh-CN', 'en'],
  [[], {}, 'zh-Hans-CN', 'zh'],
  [[], { LANG: 'de_DE.UTF-8' }, 'zh-CN', 'en'],
] as const)('%j with %j on a %s system speaks %s', (argv, environment, system, language) => {
  expect(chooseLanguage(argv, environment, system)).toBe(language)
})
