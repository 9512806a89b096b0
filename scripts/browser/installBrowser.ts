import type { BrowserSystem } from './findBrowser.ts'

/** By program: what brings a browser, and glyphs for Chinese, onto a system that has it. */
const INSTALLERS: readonly { program: string; commands: readonly (readonly string[])[] }[] = [
  {
    program: '/usr/bin/apt-get',
    commands: [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'],
    ],
  },
  { program: '/usr/bin/dnf', commands: [['install', '-y', '-q', 'chromium', 'google-noto-sans-cjk-fonts']] },
  { program: '/sbin/apk', commands: [['add', '--quiet', 'chromium', 'font-noto-cjk']] },
]

/** Installs a browser where that is nobody's decision but ours: as root on Linux, which is a container or a machine for tests. */
export function installBrowser({ platform, isRoot, isExecutable, run }: BrowserSystem, say: (line: string) => void): void {
  const installer = INSTALLERS.find(({ program }) => isExecutable(program))
  if (platform !== 'linux' || !isRoot || !installer) return
  for (const parameters of installer.commands) {
    say(`${installer.program} ${parameters.join(' ')}`)
    try {
      run(installer.program, parameters)
    } catch (error) {
      // That there is no browser is said by whoever needs one; this says why.
      say(error instanceof Error ? error.message : String(error))
      return
    }
  }
}
