import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
/** numpy's and transformers' wheels of requirements.txt begin here. */
const OLDEST_PYTHON = [3, 11] as const

export interface Peers {
  /** The Python that has PyTorch and transformers. */
  python: string
  /** What is made once and kept: the environment itself, models. */
  folder: string
}

/**
 * Makes the Python environment of the peers (PyTorch, transformers, PEFT, onnx: about 4.3 GB), or finds it there.
 * It lies in `.cache/peers`, or where the environment variable TUNEDESK_PEERS says; TUNEDESK_PYTHON names the Python to make it with.
 * @param say hears what is being done, a line each
 * @throws Error where there is no suitable Python, or pip could not install
 */
export function preparePeers(say: (line: string) => void): Peers {
  const folder = resolve(process.env['TUNEDESK_PEERS'] || fileURLToPath(new URL('../../.cache/peers', import.meta.url)))
  const environment = join(folder, 'python')
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const requirements = readFileSync(REQUIREMENTS, 'utf8')
  // Written last: an installation that was cut off has none.
  const installed = join(environment, 'installed-requirements.txt')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === requirements) return { python, folder }

  const started = Date.now()
  mkdirSync(folder, { recursive: true })
  // Where there is one of other versions, pip changes what differs.
  if (!existsSync(installed)) {
    say(`Making a Python environment with PyTorch and transformers in ${environment} (once; 4.3 GB, a few minutes)`)
    makeEnvironment(environment, say)
  }
  say('Installing scripts/peers/requirements.txt')
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps']
  succeed(spawnSync(python, [...pip, '--requirement', REQUIREMENTS], { stdio: ['ignore', 'inherit', 'inherit'] }), 'pip install')
  writeFileSync(installed, requirements)
  say(`The Python environment is ready after ${Math.round((Date.now() - started) / 1000)} s`)
  return { python, folder }
}

function makeEnvironment(environment: string, say: (line: string) => void): void {
  const system = systemPython()
  const make = () => spawnSync(system, ['-m', 'venv', '--clear', environment], { encoding: 'utf8' })
  let made = make()
  if (made.status !== 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    // Debian and Ubuntu keep the module in a package of its own.
    say('Installing python3-venv by apt-get')
    const apt = (...words: string[]) => spawnSync('apt-get', words, { stdio: ['ignore', 'ignore', 'inherit'] })
    succeed(apt('update'), 'apt-get update')
    succeed(apt('install', '--yes', '--no-install-recommends', 'python3-venv'), 'apt-get install python3-venv')
    made = make()
  }
  succeed(made, `${system} -m venv`)
}

function systemPython(): string {
  const named = process.env['TUNEDESK_PYTHON']
  const candidates = named ? [named] : process.platform === 'win32' ? ['python'] : ['python3', 'python']
  for (const candidate of candidates) {
    const { stdout } = spawnSync(candidate, ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' })
    // Null, whatever the types say, where the program was not found.
    const [major = 0, minor = 0] = ((stdout as string | null) ?? '').split(' ').map(Number)
    if (major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1])) return candidate
  }
  throw new Error(`No Python ${OLDEST_PYTHON.join('.')} or newer as ${candidates.join(' or ')}; name one in TUNEDESK_PYTHON`)
}

function succeed({ status, error, stderr, stdout }: SpawnSyncReturns<string | Buffer>, what: string): void {
  if (status === 0) return
  const said = [stdout, stderr].map((text) => ((text as string | Buffer | null) ?? '').toString().trim()).filter(Boolean)
  throw new Error([`${what} failed${error ? `: ${error.message}` : ` (exit code ${String(status)})`}`, ...said].join('\n'))
}

/** A folder that takes a while to make. What was begun and cut off is made again. */
export async function madeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  const done = join(folder, '.complete')
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    await make(folder)
    writeFileSync(done, '')
  }
  return folder
}
