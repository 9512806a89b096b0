import { describe, expect, it, vi } from 'vitest'
import { findBrowser, requireBrowser, type BrowserSystem } from '../../../../scripts/browser/findBrowser.ts'

/** A system with some programs on it, each of which says its version. */
const system = (programs: string[], given: Partial<BrowserSystem> = {}): BrowserSystem & { run: ReturnType<typeof vi.fn> } => ({
  platform: 'linux',
  environment: { PATH: '/usr/bin', HOME: '/home/me' },
  isRoot: false,
  isExecutable: (path) => programs.includes(path),
  ...given,
  run: vi.fn(given.run ?? (() => 'Chromium 148.0.7778.0')),
})

describe('the browser for the tests', () => {
  it.each<[string, Partial<BrowserSystem>, string]>([
    ['Debian’s Chromium', {}, '/usr/bin/chromium'],
    ['Chrome on Linux', {}, '/opt/google/chrome/google-chrome'],
    ['a Chromium in a folder of PATH', { environment: { PATH: '/home/me/bin:/usr/bin' } }, '/home/me/bin/chromium'],
    ['Edge on Linux', {}, '/usr/bin/microsoft-edge'],
    ['Chrome on a Mac', { platform: 'darwin' }, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    ['a person’s own Chromium on a Mac', { platform: 'darwin' }, '/home/me/Applications/Chromium.app/Contents/MacOS/Chromium'],
    [
      'Edge on Windows',
      { platform: 'win32', environment: { 'PROGRAMFILES(X86)': 'C:\\Program Files (x86)' } },
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
  ])('is %s, where it lies', (_, given, path) => {
    expect(findBrowser(system([path], given))).toBe(path)
  })

  it('is the one that CHROMIUM names, before any other', () => {
    const environment = { CHROMIUM: '/my/chrome' }
    expect(findBrowser(system(['/usr/bin/chromium', '/my/chrome'], { environment }))).toBe('/my/chrome')
  })

  it('is not silently another where CHROMIUM names nothing', () => {
    const environment = { CHROMIUM: '/my/chrome' }
    expect(() => findBrowser(system(['/usr/bin/chromium'], { environment }))).toThrow('CHROMIUM names /my/chrome')
  })

  it('is no program that only says how to get one, as on Ubuntu', () => {
    const run = (program: string): string => {
      if (program === '/usr/bin/chromium-browser') throw new Error('Please install it with: snap install chromium')
      return 'Microsoft Edge 148.0.1'
    }
    const programs = ['/usr/bin/chromium-browser', '/usr/bin/microsoft-edge']
    expect(findBrowser(system(programs, { run }))).toBe('/usr/bin/microsoft-edge')
  })
})

describe('where there is no browser', () => {
  /** A Debian that has these packages. */
  function debian(...packages: string[]) {
    const programs = ['/usr/bin/apt-get']
    return system(programs, {
      isRoot: true,
      run(program, parameters) {
        if (program !== '/usr/bin/apt-get' || !parameters.includes('install')) return 'Chromium 148.0.1'
        const found = packages.find((name) => parameters.includes(name))
        if (found === undefined) throw new Error('E: Unable to locate package')
        programs.push(`/usr/bin/${found}`)
        return ''
      },
    })
  }

  it('one is installed on Debian as root: the quickest that it has', () => {
    const said: string[] = []
    const say = (line: string) => void said.push(line)
    expect(requireBrowser(debian('chromium', 'chromium-headless-shell'), say)).toBe('/usr/bin/chromium-headless-shell')
    const update = '/usr/bin/apt-get update -qq'
    const install = '/usr/bin/apt-get install -y -qq --no-install-recommends'
    expect(said.splice(0)).toEqual([update, `${install} chromium-headless-shell fonts-noto-cjk`])
    expect(requireBrowser(debian('chromium'), say)).toBe('/usr/bin/chromium')
    expect(said).toEqual([
      update,
      `${install} chromium-headless-shell fonts-noto-cjk`,
      'E: Unable to locate package',
      `${install} chromium fonts-noto-cjk`,
    ])
  })

  it.each<[string, Partial<BrowserSystem>]>([
    ['on a person’s own Linux', { isRoot: false }],
    ['on a Mac', { platform: 'darwin', isRoot: true }],
  ])('none is installed without asking %s, and a sentence says what is missing', (_, given) => {
    const asked = system(['/usr/bin/apt-get'], given)
    expect(() => requireBrowser(asked, vi.fn())).toThrow('install one, or set CHROMIUM to its program.')
    expect(asked.run).not.toHaveBeenCalled()
  })

  it('and none can be installed, it says why and fails', () => {
    const run = (): string => {
      throw new Error('Temporary failure resolving deb.debian.org')
    }
    const say = vi.fn()
    expect(() => requireBrowser(system(['/usr/bin/apt-get'], { isRoot: true, run }), say)).toThrow(
      'need Chrome, Chromium or Edge',
    )
    expect(say).toHaveBeenCalledWith('Temporary failure resolving deb.debian.org')
  })
})
