import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What opens a file as if it had been double-clicked; null on a machine without a display. */
export function openerOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string[] | null {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return environment['DISPLAY'] || environment['WAYLAND_DISPLAY'] ? ['xdg-open'] : null
}

/** Long enough for a browser to start and read the file. */
const MINUTE = 60_000

/**
 * Opens an address in the person's browser, by way of a file that only this person can read: a program's arguments are everyone's to see, and
 * the address opens the door. The file lies where browsers that are locked in (snap) may read it: in no hidden folder, and not in /tmp.
 *
 * @param folder is made where it is not there
 * @returns what removes the file before its time; null where nothing opens addresses here. The browser is not waited for.
 */
export async function openInBrowser(address: string, folder: string): Promise<(() => Promise<void>) | null> {
  const [program, ...parameters] = openerOf(process.platform, process.env) ?? []
  if (program === undefined) return null
  const file = join(folder, `.open-${process.pid}.html`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">`, { mode: 0o600 })
  const remove = (): Promise<void> => rm(file, { force: true })
  setTimeout(() => void remove(), MINUTE).unref()
  return new Promise((resolve) => {
    const child = spawn(program, [...parameters, file], { detached: true, stdio: 'ignore' })
    child.once('spawn', () => resolve(remove))
    child.once('error', () => void remove().then(() => resolve(null)))
    child.unref()
  })
}
