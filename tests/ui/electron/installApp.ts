import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the installed app. */
    app: string
  }
}

const STAND_IN = fileURLToPath(new URL('./electronStandIn.ts', import.meta.url))

/**
 * Lays the built app and its resources out in a folder of their own, with the stand-in in the place of the package `electron`. So nothing has to be
 * compiled or looked for otherwise each time that the app starts.
 */
export async function installApp(): Promise<{ folder: string; remove(): Promise<void> }> {
  // Below the project, so that the built files find their packages.
  await mkdir(resolve('.cache'), { recursive: true })
  const folder = await mkdtemp(resolve('.cache/app-'))
  for (const name of ['out', 'resources']) await cp(resolve(name), join(folder, name), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const electron = join(folder, 'node_modules/electron')
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: STAND_IN, outDir: electron, rolldownOptions: { output: { entryFileNames: 'index.js' } } },
  })
  await writeFile(join(electron, 'package.json'), '{ "type": "module", "main": "index.js" }')
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
