import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runTool } from './runTool.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url))
const PACKAGES = {
  '': { name: 'project' },
  'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a', bin: { tool: 'tool.js' } },
  'node_modules/for-another-system': { version: '1.0.0', optional: true, os: ['nowhere'] },
}
/** Stands in for npm: notes how it was called and puts packages there as package-lock.json says. */
const NPM = `
  const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
  writeFileSync('npm-was-called.json', JSON.stringify(process.argv.slice(2)))
  if (process.env.NPM_FAILS) process.exit(7)
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  delete packages['']
  delete packages['node_modules/for-another-system']
  mkdirSync('node_modules/tool', { recursive: true })
  writeFileSync('node_modules/tool/tool.js', 'console.log("tool ran", ...process.argv.slice(2)); process.exit(Number(process.argv[2] ?? 0))')
  writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }))
`

let folder: string
const put = (path: string, content: unknown): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'))
  put('package.json', { name: 'project', engines: { node: '>=20.19' } })
  put('package-lock.json', { packages: PACKAGES })
  put('npm-cli.js', NPM)
  mkdirSync(join(folder, 'scripts'))
  cpSync(SCRIPT, join(folder, 'scripts/run.mjs'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function run(parameters: string[], env: Record<string, string> = {}) {
  rmSync(join(folder, 'npm-was-called.json'), { force: true })
  const result = await runTool(join(folder, 'scripts/run.mjs'), parameters, {
    cwd: folder,
    env: { ...process.env, LC_ALL: 'en_GB.UTF-8', npm_execpath: join(folder, 'npm-cli.js'), ...env },
  })
  return { ...result, installed: existsSync(join(folder, 'npm-was-called.json')) }
}

describe('scripts/run.mjs', () => {
  it('installs on a fresh clone, says so, and then runs the tool', async () => {
    const { code, output, installed } = await run(['tool', '0', 'more'])
    expect({ code, installed }).toEqual({ code: 0, installed: true })
    expect(output).toContain('Installing the packages')
    expect(output).toContain('tool ran 0 more')
  })

  it('runs no package’s install script', async () => {
    await run(['tool'])
    const parameters = JSON.parse(readFileSync(join(folder, 'npm-was-called.json'), 'utf8')) as string[]
    expect(parameters).toEqual(expect.arrayContaining(['ci', '--ignore-scripts']))
  })

  it('does not install again what is there', async () => {
    await run(['tool'])
    const { output, installed } = await run(['tool'])
    expect(installed).toBe(false)
    expect(output).toBe('tool ran\n')
  })

  it.each([
    [
      'a package has another version now',
      { ...PACKAGES, 'node_modules/tool': { ...PACKAGES['node_modules/tool'], version: '1.0.1' } },
    ],
    [
      'a package has another content now',
      { ...PACKAGES, 'node_modules/tool': { ...PACKAGES['node_modules/tool'], integrity: 'sha512-b' } },
    ],
    ['a package was added', { ...PACKAGES, 'node_modules/other': { version: '1.0.0' } }],
    [
      'packages were installed on another system',
      { ...PACKAGES, 'node_modules/for-this-system': { version: '1.0.0', optional: true, os: [process.platform] } },
    ],
  ])('installs anew when %s', async (_, packages) => {
    await run(['tool'])
    put('package-lock.json', { packages })
    expect((await run(['tool'])).installed).toBe(true)
  })

  it('installs anew when a package’s folder was deleted', async () => {
    await run(['tool'])
    rmSync(join(folder, 'node_modules/tool'), { recursive: true })
    expect(await run(['tool'])).toMatchObject({ code: 0, installed: true })
  })

  it('leaves alone what a person added by hand', async () => {
    await run(['tool'])
    const installed = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as { packages: object }
    put('node_modules/.package-lock.json', { packages: { ...installed.packages, 'node_modules/extra': { version: '4.22.0' } } })
    expect((await run(['tool'])).installed).toBe(false)
  })

  it('ends as the tool ends', async () => {
    expect((await run(['tool', '3'])).code).toBe(3)
  })

  it('says what to do when the packages cannot be installed', async () => {
    const { code, output } = await run(['tool'], { NPM_FAILS: '1' })
    expect(code).toBe(1)
    expect(output).toContain('Check the network connection and try again.')
  })

  it('asks for a newer Node where this one is too old, before anything else', async () => {
    put('package.json', { name: 'project', engines: { node: '>=9000.1' } })
    const { code, output, installed } = await run(['tool'])
    expect({ code, installed }).toEqual({ code: 1, installed: false })
    expect(output).toContain(`TuneDesk needs Node.js 9000.1 or newer; this is ${process.versions.node}.`)
  })

  it('speaks Chinese where the system does', async () => {
    expect((await run(['tool'], { LC_ALL: 'zh_CN.UTF-8' })).output).toContain('正在安装')
  })
})
