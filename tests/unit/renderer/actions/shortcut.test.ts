import { describe, expect, it } from 'vitest'
import {
  acceleratorOf,
  ariaShortcut,
  matches,
  shownShortcut,
  type PressedKey,
} from '../../../../src-renderer/actions/shortcut.ts'

/** A key as the browser tells it. */
const press = (key: string, held: Partial<Record<'ctrl' | 'meta' | 'alt' | 'shift', true>> = {}, code = ''): PressedKey => ({
  key,
  code,
  ctrlKey: held.ctrl ?? false,
  metaKey: held.meta ?? false,
  altKey: held.alt ?? false,
  shiftKey: held.shift ?? false,
})

describe('a shortcut', () => {
  it('is held with the command key on a Mac and the control key elsewhere, and with no other', () => {
    expect(matches(press('k', { ctrl: true }), 'Mod+K', 'linux')).toBe(true)
    expect(matches(press('k', { ctrl: true }), 'Mod+K', 'win32')).toBe(true)
    expect(matches(press('k', { ctrl: true }), 'Mod+K', 'darwin')).toBe(false)
    expect(matches(press('k', { meta: true }), 'Mod+K', 'darwin')).toBe(true)
    expect(matches(press('k', { meta: true, ctrl: true }), 'Mod+K', 'darwin')).toBe(false)
    expect(matches(press('K', { ctrl: true, shift: true }), 'Mod+K', 'linux')).toBe(false)
    expect(matches(press('k'), 'Mod+K', 'linux')).toBe(false)
  })

  it('follows what a key writes, and where it lies under another script', () => {
    expect(matches(press('z', { ctrl: true }, 'KeyY'), 'Mod+Z', 'linux')).toBe(true)
    expect(matches(press('y', { ctrl: true }, 'KeyZ'), 'Mod+Z', 'linux')).toBe(false)
    expect(matches(press('я', { ctrl: true }, 'KeyZ'), 'Mod+Z', 'linux')).toBe(true)
    // Alt writes another sign on a Mac.
    expect(matches(press('˜', { meta: true, alt: true }, 'KeyN'), 'Mod+Alt+N', 'darwin')).toBe(true)
  })

  it('is written as each platform writes it', () => {
    expect(shownShortcut('Mod+Shift+F', 'linux')).toBe('Ctrl+Shift+F')
    expect(shownShortcut('Alt+ArrowUp', 'win32')).toBe('Alt+↑')
    expect(shownShortcut('Mod+Shift+Enter', 'darwin')).toContain('⌘')
    expect(shownShortcut('F2', 'darwin')).toBe('F2')
    expect(acceleratorOf('Mod+Alt+ArrowUp')).toBe('CmdOrCtrl+Alt+Up')
    expect(ariaShortcut('Mod+K', 'darwin')).toBe('Meta+K')
    expect(ariaShortcut('Mod+K', 'linux')).toBe('Control+K')
  })
})
