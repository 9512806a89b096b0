import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it, vi } from 'vitest'
import type { MenuItem } from '../../../src-main/contract/areas/app.ts'
import { applicationMenu, type MenuSurroundings } from '../../../src-main/shell/applicationMenu.ts'

const item = (given: Partial<MenuItem>): MenuItem => ({
  id: 'rows.add',
  menu: 'edit',
  label: 'Add example',
  accelerator: 'CmdOrCtrl+Enter',
  enabled: true,
  ...given,
})
const draw = (items: MenuItem[], given: Partial<MenuSurroundings> = {}): MenuItemConstructorOptions[] =>
  applicationMenu(items, { platform: 'linux', language: 'en', isPackaged: true, choose: vi.fn(), ...given })
const entriesOf = (menus: MenuItemConstructorOptions[], label: string): MenuItemConstructorOptions[] =>
  (menus.find((menu) => menu.label === label)?.submenu ?? []) as MenuItemConstructorOptions[]
const rolesIn = (menus: MenuItemConstructorOptions[]): unknown[] =>
  menus.flatMap(({ submenu }) => ((submenu ?? []) as MenuItemConstructorOptions[]).flatMap(({ role }) => role ?? []))

describe('the application’s menu', () => {
  it('tells the window which of its actions was chosen', () => {
    const choose = vi.fn()
    const [entry] = entriesOf(draw([item({})], { choose }), 'Edit').filter(({ id }) => id === 'rows.add')
    ;(entry?.click as () => void)()
    expect(choose).toHaveBeenCalledWith('rows.add')
  })

  it('leaves keys to the window, except on macOS, whose menus take them', () => {
    const registers = (platform: NodeJS.Platform): unknown =>
      entriesOf(draw([item({})], { platform }), 'Edit').find(({ id }) => id === 'rows.add')?.registerAccelerator
    expect([registers('linux'), registers('win32'), registers('darwin')]).toEqual([false, false, true])
  })

  it('has one undo: the window’s own where it has one, else that of text fields', () => {
    expect(rolesIn(draw([]))).toContain('undo')
    expect(rolesIn(draw([item({ id: 'rows.undo', accelerator: 'CmdOrCtrl+Z' })]))).not.toContain('undo')
  })

  it.each<NodeJS.Platform>(['linux', 'win32', 'darwin'])('can copy, paste, quit and close a window on %s', (platform) => {
    expect(rolesIn(draw([], { platform }))).toEqual(
      expect.arrayContaining(['cut', 'copy', 'paste', 'selectAll', 'quit', 'close']),
    )
  })

  it('shows developers’ tools to developers only', () => {
    expect(rolesIn(draw([], { isPackaged: true }))).not.toContain('toggleDevTools')
    expect(rolesIn(draw([], { isPackaged: false }))).toContain('toggleDevTools')
  })

  it('has no empty menu', () => {
    expect(draw([]).map(({ label }) => label)).toEqual(['File', 'Edit', 'View', 'Window', 'Help'])
    expect(draw([item({ menu: 'train' })], { language: 'zh' }).map(({ label }) => label)).toContain('训练')
  })
})
