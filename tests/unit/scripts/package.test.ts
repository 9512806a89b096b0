import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { DATA_FILE_EXTENSIONS } from '../../../src-main/contract/dataFileExtensions.ts'

/** Every text file would be too many. */
const offered = DATA_FILE_EXTENSIONS.filter((extension) => extension !== 'txt').sort()

describe('the packaged app', () => {
  it('is offered for every kind of data file, on macOS and on Windows, and takes none over', async () => {
    const config = await readFile('electron-builder.yml', 'utf8')
    const onMac = /ext: \[([^\]]+)\]\n\s+role: Viewer\n\s+rank: Alternate/.exec(config)?.[1]?.split(', ')
    expect(onMac?.sort()).toEqual(offered)
    const script = await readFile('scripts/package/openWith.nsh', 'utf8')
    expect([...script.matchAll(/insertmacro tuneDeskOpens "(\w+)"/g)].map(([, extension]) => extension).sort()).toEqual(offered)
    // What decides which program opens a file on Windows is the unnamed value of its ending's key.
    expect(script).not.toMatch(/Software\\Classes\\\./)
  })

  it('has every file that its configuration names', async () => {
    const config = await readFile('electron-builder.yml', 'utf8')
    const named = [...config.matchAll(/(?:icon|include): (\S+)/g)].map(([, path]) => path ?? '')
    expect(named.length).toBeGreaterThanOrEqual(4)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
  })
})
