import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = ['src-main', 'src-renderer']

/** A copy of the sources and of what the checks are configured by, in which mistakes can be planted. */
export interface PlantedTree {
  folder: string
  plant(files: Readonly<Record<string, string>>): void
  remove(): void
}

export function plantedTree(): PlantedTree {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'))
  const configuration = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile())
  for (const name of [...configuration.map((entry) => entry.name), ...SOURCES])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return {
    folder,
    plant(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** The script of a tool among the project's packages. */
export const toolPath = (path: string): string => join(ROOT, 'node_modules', path)
