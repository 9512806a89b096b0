// Runs a tool of the project, after installing the packages where they are missing or out of date:
//   node scripts/run.mjs node --import tsx src-main/cli/index.ts demo
//   node scripts/run.mjs vitest run
// Plain JavaScript without dependencies: it has to work on a fresh clone.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const chinese = /^zh/i.test(
  process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || Intl.DateTimeFormat().resolvedOptions().locale,
)
const say = (english, inChinese) => process.stderr.write(`${chinese ? inChinese : english}\n`)

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

/** package.json's engines.node is `>=MAJOR.MINOR`. */
function nodeIsNewEnough(range) {
  const [wanted, found] = [range.replace('>=', ''), process.versions.node].map((version) => version.split('.').map(Number))
  return found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1])
}

/** npm's `os` and `cpu`: the names that a package is for, or, with `!`, those that it is not for. */
const isFor = (names, name) => !names || names.includes(name) || (names[0]?.startsWith('!') && !names.includes(`!${name}`))

/** Of packages that are for one C library (`libc`) npm knows better: Node does not say cheaply which one this system has. */
const isForThisSystem = ({ os, cpu, libc }) => Boolean(os) && !libc && isFor(os, process.platform) && isFor(cpu, process.arch)

/**
 * Compares what npm installed, which it records in node_modules/.package-lock.json, with package-lock.json.
 * Packages for other platforms are in the lock only; packages that the person added by hand are none of our business.
 */
function packagesAreInstalled() {
  if (!existsSync(join(ROOT, 'node_modules/.package-lock.json'))) return false
  const installed = readJson('node_modules/.package-lock.json').packages
  return Object.entries(readJson('package-lock.json').packages).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    if (!found) return wanted.optional && !isForThisSystem(wanted)
    return found.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(ROOT, path))
  })
}

function install() {
  say(
    'Installing the packages that TuneDesk is built from (once; usually one to two minutes)…',
    '正在安装 TuneDesk 所需的软件包（仅此一次，通常需要一两分钟）……',
  )
  const started = Date.now()
  const npm = process.env.npm_execpath ?? ''
  const [command, ...before] = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm']
  const { status } = spawnSync(command, [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    // On Windows `npm` is a batch file, which only a shell can start.
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (status !== 0) {
    say(
      'The packages could not be installed; npm’s own words are above. Check the network connection and try again.',
      '软件包安装失败，npm 的提示见上。请检查网络连接后重试。',
    )
    process.exit(1)
  }
  const seconds = Math.round((Date.now() - started) / 1000)
  say(`Installed in ${seconds} s.`, `安装完成，用时 ${seconds} 秒。`)
}

/** The JavaScript file behind a name in node_modules/.bin: starting it by Node works alike on every system. */
function scriptOf(name) {
  const owner = Object.entries(readJson('package-lock.json').packages).find(([, { bin }]) => bin?.[name])
  if (!owner) throw new Error(`no package has a program named ${name}`)
  const [folder, { bin }] = owner
  return join(ROOT, folder, bin[name])
}

function run([program, ...rest]) {
  const child = spawn(process.execPath, program === 'node' ? rest : [scriptOf(program), ...rest], { cwd: ROOT, stdio: 'inherit' })
  // A Ctrl-C reaches the child from the terminal itself; it decides how to end, and we end as it does.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : 15)
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name)
  })
}

const { engines } = readJson('package.json')
if (!nodeIsNewEnough(engines.node)) {
  say(
    `TuneDesk needs Node.js ${engines.node.replace('>=', '')} or newer; this is ${process.versions.node}. Get a newer one from https://nodejs.org and try again.`,
    `TuneDesk 需要 Node.js ${engines.node.replace('>=', '')} 或更新版本，当前版本为 ${process.versions.node}。请从 https://nodejs.org 安装新版本后重试。`,
  )
  process.exit(1)
}
if (!packagesAreInstalled()) install()
run(process.argv.slice(2))
