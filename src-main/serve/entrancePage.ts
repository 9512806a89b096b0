import type { Language } from '../contract/error.ts'

/** Else a browser asks for /favicon.ico, and complains that there is none. */
const NO_ICON = '<link rel="icon" href="data:,">'

/**
 * Goes on to the app. A redirect would not do: where a program or another page opened the address, a browser counts the whole chain as coming
 * from elsewhere, and keeps a SameSite=Strict cookie back. This page's own next step comes from us.
 */
export const entrancePage = (): string =>
  `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">${NO_ICON}<title>TuneDesk</title>`

const REFUSALS: Readonly<Record<Language, { language: string; what: string; fix: string }>> = {
  en: {
    language: 'en',
    what: 'This browser may not open TuneDesk yet.',
    fix: 'An address works once, in one browser. In the terminal where TuneDesk runs, press Enter for a new address, and open that.',
  },
  zh: {
    language: 'zh-CN',
    what: '这个浏览器还不能打开 TuneDesk。',
    fix: '每个地址只能在一个浏览器里使用一次。请在运行 TuneDesk 的终端里按回车键，打开新给出的地址。',
  },
}

/** Says nothing that a page from elsewhere could want to know. */
export function refusalPage(pageLanguage: Language): string {
  const { language, what, fix } = REFUSALS[pageLanguage]
  return `<!doctype html><html lang="${language}"><meta charset="utf-8">${NO_ICON}<title>TuneDesk</title><h1>${what}</h1><p>${fix}</p></html>`
}
