import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { DoctorReport, VectorInstructions } from '../contract/doctorReport.ts'
import type { Engine } from '../host/engine.ts'
import { freeDiskBytes } from '../jobs/diskSpace.ts'

/** package.json, engines */
const OLDEST_NODE = [20, 19] as const

const resolver = createRequire(import.meta.url)

function nodeIsSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

async function vectorInstructions(): Promise<VectorInstructions> {
  if (process.arch === 'arm64') return 'neon'
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => null)
  const flags = info && /^flags\s*:\s*(.*)$/m.exec(info)?.[1]?.split(' ')
  if (!flags) return 'unknown'
  return flags.includes('avx512f') ? 'avx512' : flags.includes('avx2') ? 'avx2' : 'none'
}

/** The folder of an installed package, found without running any of its code. */
function packageFolder(name: string): string | null {
  const folders = resolver.resolve.paths(name) ?? []
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json'))) ?? null
}

async function packageVersion(name: string): Promise<string> {
  const folder = packageFolder(name)
  if (!folder) return ''
  return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version
}

/** The electron package writes path.txt when its binary is there; loading the package would download it. */
async function electronIsInstalled(): Promise<boolean> {
  const folder = packageFolder('electron')
  if (!folder) return false
  const binary = await readFile(join(folder, 'path.txt'), 'utf8').catch(() => null)
  return binary !== null && existsSync(join(folder, 'dist', binary.trim()))
}

/** The last private-use character: no font has it, so it is drawn as the box that stands for a missing one, or not at all. */
const IN_NO_FONT = '\u{10FFFD}'

/** Draws one character and looks whether it is more than the box of a missing one. */
async function canDraw(character: string): Promise<boolean> {
  const { Resvg } = await import('@resvg/resvg-js')
  const draw = (text: string): Buffer => {
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="4" y="30" font-size="24">${text}</text></svg>`
    return new Resvg(picture, { font: { loadSystemFonts: true } }).render().pixels
  }
  return !draw(character).equals(draw(IN_NO_FONT))
}

/**
 * @param engine measures how fast this computer multiplies matrices: native code, which this process does without
 * @param folder whose disk counts
 */
export async function examineComputer(engine: Engine, folder: string): Promise<DoctorReport> {
  const processors = cpus()
  return {
    node: { version: process.version, supported: nodeIsSupported(process.version) },
    processor: {
      model: processors[0]?.model.trim() ?? '',
      threads: processors.length,
      vectorInstructions: await vectorInstructions(),
      gigaflops: await engine.run('measureMatmul', undefined),
    },
    memory: { total: totalmem(), available: process.availableMemory() },
    disk: { folder, free: await freeDiskBytes(folder) },
    onnxruntime: { version: await packageVersion('onnxruntime-node') },
    fonts: { latin: await canDraw('a'), han: await canDraw('损') },
    electron: await electronIsInstalled(),
    tensorflowGpu: packageFolder('@tensorflow/tfjs-node-gpu') !== null,
  }
}
