// Makes the README's pictures, docs/demo-<language>.svg from what the demo prints and docs/window-<step>-<language>.png from the window: npm run pictures
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { terminalSvg } from './terminalSvg.ts'
import { windowPictures } from './windowPictures.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COLUMNS = 84

for (const language of ['en', 'zh']) {
  const folder = mkdtempSync(join(tmpdir(), 'tunedesk-'))
  const words = [
    '--import',
    'tsx',
    join(ROOT, 'src-main/cli/index.ts'),
    '--language',
    language,
    'demo',
    '--output',
    join(folder, 'run'),
  ]
  const { stdout, status } = spawnSync(process.execPath, words, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '1', COLUMNS: String(COLUMNS) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  rmSync(folder, { recursive: true })
  if (status !== 0) throw new Error(`the demo ended with ${status}`)
  // The run lay in a folder of its own, which nobody needs to know. The picture ends before the comparison, part 4.
  const all = stdout.replaceAll(join(folder, 'run'), 'runs/demo').split('\n')
  const end = all.findIndex((line) => stripVTControlCharacters(line).startsWith('4 '))
  const lines = all.slice(0, end).join('\n').trimEnd().split('\n')
  writeFileSync(join(ROOT, `docs/demo-${language}.svg`), terminalSvg(lines, COLUMNS))
}

await windowPictures(join(ROOT, 'docs'))
