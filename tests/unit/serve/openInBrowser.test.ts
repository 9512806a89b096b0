import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { openerOf, openInBrowser } from '../../../src-main/serve/openInBrowser.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

afterEach(() => vi.unstubAllEnvs())

it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string | null]>([
  ['darwin', {}, 'open'],
  ['win32', {}, 'rundll32'],
  ['linux', { DISPLAY: ':0' }, 'xdg-open'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
  ['linux', {}, null],
])('on %s with %j a browser is opened by %s', (platform, environment, program) => {
  expect(openerOf(platform, environment)?.[0] ?? null).toBe(program)
})

it.runIf(process.platform === 'linux')(
  'the address is handed over in a file that nobody else can read, and that goes',
  async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'bin'))
    // Notes what everybody could see of it.
    await writeFile(join(folder, 'bin/xdg-open'), `#!/bin/sh\necho "$@" > '${folder}/seen'\n`)
    await chmod(join(folder, 'bin/xdg-open'), 0o755)
    vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`)
    vi.stubEnv('DISPLAY', ':0')
    const remove = await openInBrowser('http://127.0.0.1:1/?token=secret', join(folder, 'projects'))
    const seen = await vi.waitFor(
      () => readFile(join(folder, 'seen'), 'utf8').then((text) => text.trim() || Promise.reject(new Error())),
      5000,
    )
    expect(seen).not.toContain('secret')
    expect(await readFile(seen, 'utf8')).toContain('url=http://127.0.0.1:1/?token=secret')
    expect((await stat(seen)).mode & 0o777).toBe(0o600)
    await remove?.()
    expect(await readdir(join(folder, 'projects'))).toEqual([])
  },
)

it.runIf(process.platform === 'linux')('where nothing opens addresses, no file is left behind', async () => {
  const folder = await temporaryFolder()
  vi.stubEnv('PATH', folder)
  vi.stubEnv('DISPLAY', ':0')
  expect(await openInBrowser('http://127.0.0.1:1/?token=secret', folder)).toBeNull()
  expect(await readdir(folder)).toEqual([])
})
