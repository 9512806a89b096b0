import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Setup } from './electron.ts'

/** Desktops on Linux hand over addresses (`%U` in the program's .desktop file). */
function pathOf(parameter: string): string {
  if (!parameter.startsWith('file:') || !URL.canParse(parameter)) return parameter
  try {
    return fileURLToPath(parameter)
  } catch {
    return parameter // of another computer
  }
}

/** Takes what the system asks to open, whether this is the first start or a second one that ended itself. */
export const receivePaths: Setup<void> = ({ app }, _layout, { opened }) => {
  // Before a packaged app's paths stands its program; before those of `electron .`, Electron's and the app's folder.
  const pathsIn = (parameters: readonly string[], folder: string): string[] =>
    parameters
      .slice(app.isPackaged ? 1 : 2)
      .filter((parameter) => !parameter.startsWith('-'))
      .map((parameter) => resolve(folder, pathOf(parameter)))
      .filter((path) => existsSync(path))

  opened.add(pathsIn(process.argv, process.cwd()))
  app.on('second-instance', (_event, parameters, folder) => opened.add(pathsIn(parameters, folder)))
  // macOS; may come before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    opened.add([path])
  })
}
