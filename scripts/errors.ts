// Makes src-main/contract/errors.generated.ts from resources/errors.md. `--check` fails when the generated file is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const BOOK = fileURLToPath(new URL('../resources/errors.md', import.meta.url))
const GENERATED = fileURLToPath(new URL('../src-main/contract/errors.generated.ts', import.meta.url))

interface Entry {
  code: string
  kind: string
  en: { what: string; fix: string }
  zh: { what: string; fix: string }
}

const parameters = (text: string): string =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map((match) => match[1])
    .sort()
    .join()

function parse(book: string): Entry[] {
  const entries = book
    .split(/^## /m)
    .slice(1)
    .map((section): Entry => {
      const heading = /^([a-z0-9-]+\/[a-z0-9-]+) \[(input|usage|ours)\]$/m.exec(section)
      if (!heading) throw new Error(`errors.md: bad heading "${section.split('\n')[0]}"`)
      const [, code = '', kind = ''] = heading
      const text = (language: string) => {
        const line = new RegExp(`^- ${language}: (.+?) \\| (.+)$`, 'm').exec(section)
        if (!line) throw new Error(`errors.md: ${code} has no "${language}: what happened | what to do" line`)
        return { what: line[1] ?? '', fix: line[2] ?? '' }
      }
      const entry = { code, kind, en: text('en'), zh: text('zh') }
      if (parameters(entry.en.what + entry.en.fix) !== parameters(entry.zh.what + entry.zh.fix))
        throw new Error(`errors.md: ${code} names different parameters in en and zh`)
      return entry
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1))
  entries.forEach((entry, i) => {
    if (entry.code === entries[i - 1]?.code) throw new Error(`errors.md: ${entry.code} is there twice`)
  })
  return entries
}

function print(entries: Entry[]): string {
  const lines = entries.map(({ code, ...entry }) => `  ${JSON.stringify(code)}: ${JSON.stringify(entry)},`)
  return `// Made from resources/errors.md by scripts/errors.ts. Edit the book, not this file.\nexport const ERRORS = {\n${lines.join('\n')}\n} as const\n`
}

const generated = print(parse(readFileSync(BOOK, 'utf8')))
if (process.argv.includes('--check')) {
  if (readFileSync(GENERATED, 'utf8') !== generated) throw new Error('errors.generated.ts is out of date: npm run errors')
} else writeFileSync(GENERATED, generated)
