import type { MessageKey } from '../i18n/translation.ts'
import type { Platform, Shortcut } from './shortcut.ts'

interface ListedShortcut {
  keys: Shortcut
  /** Where a platform has keys of its own for it. */
  on?: Partial<Record<Platform, Shortcut>>
  /** What it does, of whatever the action is for at the moment. */
  label: MessageKey
}

/** Every shortcut there is, by the place that has it and the id of its action. Actions take theirs from here, and the settings list them. */
const SHORTCUTS = {
  everywhere: {
    'app.palette': { keys: 'Mod+K', label: 'palette.open' },
    'go.examples': { keys: 'Mod+1', label: 'action.go-examples' },
    'go.learns': { keys: 'Mod+2', label: 'action.go-learns' },
    'go.train': { keys: 'Mod+3', label: 'action.go-train' },
    'go.test': { keys: 'Mod+4', label: 'action.go-test' },
    'go.settings': { keys: 'Mod+,', label: 'action.go-settings' },
  },
  home: {
    'home.new': { keys: 'Mod+Alt+N', label: 'welcome.new-project' },
    'home.open': { keys: 'Mod+O', label: 'welcome.open-project' },
  },
  examples: {
    'rows.add': { keys: 'Mod+Enter', label: 'examples.add' },
    'rows.undo': { keys: 'Mod+Z', label: 'app.undo' },
    'rows.redo': { keys: 'Mod+Shift+Z', on: { win32: 'Mod+Y' }, label: 'examples.redo' },
    'rows.select-all': { keys: 'Mod+A', label: 'examples.select-all' },
    'rows.find': { keys: 'Mod+F', label: 'examples.find' },
    // On a Mac, command and H hides the app.
    'rows.replace': { keys: 'Mod+H', on: { darwin: 'Mod+Alt+F' }, label: 'examples.replace' },
    'rows.duplicate': { keys: 'Mod+D', label: 'examples.duplicate-short' },
    'rows.delete': { keys: 'Mod+Backspace', label: 'examples.delete-short' },
    'rows.hold': { keys: 'Mod+Shift+H', label: 'examples.hold-short' },
    'rows.move-up': { keys: 'Alt+ArrowUp', label: 'examples.move-up-short' },
    'rows.move-down': { keys: 'Alt+ArrowDown', label: 'examples.move-down-short' },
    'rows.import': { keys: 'Mod+Shift+O', label: 'examples.import' },
    'rows.export': { keys: 'Mod+Shift+E', label: 'examples.export' },
  },
  train: {
    'train.start': { keys: 'Mod+Shift+Enter', label: 'train.start' },
  },
} as const satisfies Record<string, Record<string, ListedShortcut>>

type ShortcutPlace = keyof typeof SHORTCUTS
type ShortcutId = { [Place in ShortcutPlace]: keyof (typeof SHORTCUTS)[Place] }[ShortcutPlace]

/** Those of a place, as a platform has them. */
export const shortcutsOf = (place: ShortcutPlace, platform: Platform): { id: string; keys: Shortcut; label: MessageKey }[] =>
  Object.entries<ListedShortcut>(SHORTCUTS[place]).map(([id, { keys, on, label }]) => ({
    id,
    keys: on?.[platform] ?? keys,
    label,
  }))

export const SHORTCUT_PLACES = Object.keys(SHORTCUTS) as ShortcutPlace[]

/** What an action with a shortcut begins with. */
export function withShortcut(id: ShortcutId, platform: Platform): { id: string; shortcut: Shortcut } {
  for (const place of SHORTCUT_PLACES)
    for (const { id: other, keys } of shortcutsOf(place, platform)) if (other === id) return { id, shortcut: keys }
  throw new Error(`no shortcut of ${id}`)
}
