// npm start: the built app in Electron, or, where Electron cannot open a window, in the browser. Parameters are passed on.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseLanguage } from '../../src-main/cli/language.ts'
import { electronProgram, hasDisplay } from './electronProgram.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SENTENCES = {
  missing: {
    en: 'Electron’s program is not installed here, so TuneDesk opens in your browser. (npx install-electron gets it.)',
    zh: '这里没有安装 Electron 程序，TuneDesk 将在浏览器中打开。（可用 npx install-electron 安装。）',
  },
  display: {
    en: 'There is no display here for a window, so TuneDesk is served to a browser.',
    zh: '这里没有可以显示窗口的屏幕，TuneDesk 将通过浏览器提供。',
  },
} as const

const program = electronProgram()
const reason = program === null ? 'missing' : hasDisplay(process.platform, process.env) ? null : 'display'
const parameters = process.argv.slice(2)
if (reason !== null) {
  const language = chooseLanguage(parameters, process.env, Intl.DateTimeFormat().resolvedOptions().locale)
  process.stderr.write(`${SENTENCES[reason][language]}\n\n`)
}
const [command, before] =
  program !== null && reason === null ? [program, [ROOT]] : [process.execPath, [join(ROOT, 'out/main/tunedesk.js'), 'serve']]
const child = spawn(command, [...before, ...parameters], { stdio: 'inherit' })
// A Ctrl-C reaches the child from the terminal itself; it saves what goes on, and we end as it does.
process.on('SIGINT', () => undefined)
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
