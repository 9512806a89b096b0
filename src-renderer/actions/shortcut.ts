/** `Mod` is the command key on a Mac and the control key elsewhere; such as `Mod+Shift+F`, `Alt+ArrowUp` or `F2`. */
export type Shortcut = string

export type Platform = 'darwin' | 'win32' | 'linux'

/** What a keyboard event says of the key that was pressed. */
export interface PressedKey {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

interface Keys {
  mod: boolean
  shift: boolean
  alt: boolean
  key: string
}

function keysOf(shortcut: Shortcut): Keys {
  const parts = shortcut.split('+')
  const key = parts.at(-1) ?? ''
  return { mod: parts.includes('Mod'), shift: parts.includes('Shift'), alt: parts.includes('Alt'), key }
}

/** Letters by what they write, so that they follow the keyboard's layout; where Alt or another script changes that, by where they lie. */
function isKey({ key, code }: PressedKey, wanted: string): boolean {
  if (key.toLowerCase() === wanted.toLowerCase()) return true
  return /^[a-z]$/i.test(wanted) && !/^[a-z]$/i.test(key) && code === `Key${wanted.toUpperCase()}`
}

export function matches(event: PressedKey, shortcut: Shortcut, platform: Platform): boolean {
  const { mod, shift, alt, key } = keysOf(shortcut)
  const [modKey, otherKey] = platform === 'darwin' ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey]
  return modKey === mod && !otherKey && event.altKey === alt && event.shiftKey === shift && isKey(event, key)
}

const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Backspace: '⌫', Delete: '⌦' }
const ARROWS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

/** As the platform writes it: ⇧⌘F, Ctrl+Shift+F. */
export function shownShortcut(shortcut: Shortcut, platform: Platform): string {
  const parts = shortcut.split('+').map((part) => ARROWS[part] ?? part)
  if (platform === 'darwin') return parts.map((part) => MAC_SIGNS[part] ?? part.toUpperCase()).join('')
  return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+')
}

/** As Electron's menu takes it. */
export const acceleratorOf = (shortcut: Shortcut): string => shortcut.replace('Mod', 'CmdOrCtrl').replace('Arrow', '')

/** As `aria-keyshortcuts` takes it. */
export const ariaShortcut = (shortcut: Shortcut, platform: Platform): string =>
  shortcut.replace('Mod', platform === 'darwin' ? 'Meta' : 'Control')
