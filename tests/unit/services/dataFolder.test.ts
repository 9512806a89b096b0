import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataFolderOf, projectsFolderOf } from '../../../src-main/services/dataFolder.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

describe('what the app keeps for itself', () => {
  it.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['on Linux', 'linux', {}, '/home/me/.config/TuneDesk'],
    ['where XDG says otherwise', 'linux', { XDG_CONFIG_HOME: '/conf' }, '/conf/TuneDesk'],
    ['on macOS', 'darwin', { XDG_CONFIG_HOME: '/conf' }, '/home/me/Library/Application Support/TuneDesk'],
    ['on Windows', 'win32', { APPDATA: '/roaming' }, '/roaming/TuneDesk'],
    ['where TUNEDESK_HOME says otherwise', 'darwin', { TUNEDESK_HOME: '/mine' }, '/mine'],
  ])('lies, %s', (_, platform, environment, folder) => {
    expect(dataFolderOf(platform, environment, '/home/me')).toBe(folder)
  })
})

describe('new projects', () => {
  it('go among the documents where there is a folder for them, else beside them', async () => {
    const home = await temporaryFolder()
    expect(projectsFolderOf('darwin', {}, home)).toBe(join(home, 'TuneDesk'))
    await mkdir(join(home, 'Documents'))
    expect(projectsFolderOf('darwin', {}, home)).toBe(join(home, 'Documents', 'TuneDesk'))
  })

  it('go into the folder that a Chinese desktop calls 文档', async () => {
    const home = await temporaryFolder()
    await mkdir(join(home, '.config'))
    await mkdir(join(home, '文档'))
    await writeFile(join(home, '.config/user-dirs.dirs'), 'XDG_DESKTOP_DIR="$HOME/桌面"\nXDG_DOCUMENTS_DIR="$HOME/文档"\n')
    expect(projectsFolderOf('linux', {}, home)).toBe(join(home, '文档', 'TuneDesk'))
  })

  it('stay with everything else where TUNEDESK_HOME names one folder for all', () => {
    expect(projectsFolderOf('linux', { TUNEDESK_HOME: '/mine' }, '/home/me')).toBe(join('/mine', 'Projects'))
  })
})
