// Builds main, preload and the page into out/, unless what is there is as new as its sources: node --import tsx scripts/app/build.ts
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** What the built app is made from. */
const SOURCES = ['src-main', 'src-renderer', 'electron.config.ts', 'svelte.config.js', 'package-lock.json']
/** Written after a build that went well: a build that broke off leaves files that look new. */
const STAMP = join(ROOT, 'out/.built')

/** Milliseconds since 1970 of the newest change. A folder changes, too, when a file in it is deleted or renamed. */
function newestChange(path: string): number {
  const status = statSync(path)
  if (!status.isDirectory()) return status.mtimeMs
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

function isUpToDate(): boolean {
  if (!existsSync(STAMP) || !existsSync(join(ROOT, 'out/renderer/index.html'))) return false
  return Math.max(...SOURCES.map((source) => newestChange(join(ROOT, source)))) < statSync(STAMP).mtimeMs
}

if (!isUpToDate()) {
  const started = new Date()
  const builder = join(dirname(fileURLToPath(import.meta.resolve('electron-vite/package.json'))), 'bin/electron-vite.js')
  const parameters = [builder, 'build', '--config', 'electron.config.ts', '--logLevel', 'error']
  const { status } = spawnSync(process.execPath, parameters, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(STAMP, `${started.toISOString()}\n`)
}
