import type { BrowserSystem } from './findBrowser.ts'

interface Installer {
  program: string
  /** What comes before. */
  update?: readonly string[]
  install: readonly string[]
  /** A browser, and glyphs for Chinese: the first of these that the system has. */
  packages: readonly (readonly string[])[]
}

const INSTALLERS: readonly Installer[] = [
  {
    program: '/usr/bin/apt-get',
    update: ['update', '-qq'],
    install: ['install', '-y', '-qq', '--no-install-recommends'],
    packages: [
      // Without the parts of a window, which take a third of the tests' time.
      ['chromium-headless-shell', 'fonts-noto-cjk'],
      ['chromium', 'fonts-noto-cjk'],
    ],
  },
  { program: '/usr/bin/dnf', install: ['install', '-y', '-q'], packages: [['chromium', 'google-noto-sans-cjk-fonts']] },
  { program: '/sbin/apk', install: ['add', '--quiet'], packages: [['chromium', 'font-noto-cjk']] },
]

/** Installs a browser where that is nobody's decision but ours: as root on Linux, which is a container or a machine for tests. */
export function installBrowser({ platform, isRoot, isExecutable, run }: BrowserSystem, say: (line: string) => void): void {
  const installer = INSTALLERS.find(({ program }) => isExecutable(program))
  if (platform !== 'linux' || !isRoot || !installer) return
  const { program, update, install, packages } = installer
  const succeeds = (parameters: readonly string[]): boolean => {
    say(`${program} ${parameters.join(' ')}`)
    try {
      run(program, parameters)
      return true
    } catch (error) {
      // That there is no browser is said by whoever needs one; this says why.
      say(error instanceof Error ? error.message : String(error))
      return false
    }
  }
  if (update && !succeeds(update)) return
  packages.some((names) => succeeds([...install, ...names]))
}
