import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { madeOnce, type Peers } from './preparePeers.ts'

const VERSION = '3.22.1'
/** The packages with llama.cpp built for the processor alone. node-llama-cpp itself asks for those with graphics cards, too, which are half a gigabyte. */
const BUILDS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'mac-x64',
  'darwin-arm64': 'mac-arm64-metal',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
}
const CONVERTER = fileURLToPath(new URL('hugging_face_to_gguf.py', import.meta.url))

export type GgufType = 'F32' | 'Q8_0'

/**
 * Installs node-llama-cpp beside the other peers, or finds it there.
 * @returns the address to import it from
 * @throws Error where there is no build for this machine, or npm could not install
 */
export function llamaCpp({ folder }: Peers, say: (line: string) => void): string {
  const build = BUILDS[`${process.platform}-${process.arch}`]
  if (build === undefined) throw new Error(`node-llama-cpp has no build for ${process.platform} on ${process.arch}`)
  const home = join(folder, 'llama-cpp')
  const main = join(home, 'node_modules', 'node-llama-cpp')
  const isThere =
    existsSync(join(main, 'package.json')) && readFileSync(join(main, 'package.json'), 'utf8').includes(`"${VERSION}"`)
  if (!isThere) {
    say('Installing node-llama-cpp')
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
    const packages = [`node-llama-cpp@${VERSION}`, `@node-llama-cpp/${build}@${VERSION}`]
    const words = ['install', '--save-exact', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]
    const { status, error, stderr } = spawnSync('npm', words, {
      cwd: home,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error(`node-llama-cpp could not be installed: ${error?.message ?? stderr}`)
  }
  return pathToFileURL(join(main, 'dist', 'index.js')).href
}

/** A model folder as one file of llama.cpp, its matrices in that type; made where it is not there yet. @throws Error with what the converter said */
export async function ggufOf(model: string, type: GgufType, { folder, python }: Peers): Promise<string> {
  const made = await madeOnce(join(folder, `gguf-${basename(model)}-${type}`), (home) => {
    const { status, error, stderr } = spawnSync(python, [CONVERTER, model, join(home, 'model.gguf'), type], { encoding: 'utf8' })
    return status === 0 ? Promise.resolve() : Promise.reject(new Error(`${model} as GGUF: ${error?.message ?? stderr}`))
  })
  return join(made, 'model.gguf')
}
