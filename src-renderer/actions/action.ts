import type { MenuItem } from '../../src-main/contract/areas/app.ts'
import type { MessageKey, Parameters } from '../i18n/translation.ts'
import type { Shortcut } from './shortcut.ts'

/** Something that a person can do: its button, its menu entry, its shortcut and its line in the palette are this one object. */
export interface Action {
  /** Such as `rows.add`. */
  id: string
  label: MessageKey
  /** Read anew whenever the label is shown. */
  parameters?: () => Parameters
  /** Where it stands in the application's menu; without it, only in the palette. */
  menu?: MenuItem['menu']
  shortcut?: Shortcut
  /** In a text field the shortcut is the field's own, as for undo. */
  isShortcutOfTextFields?: boolean
  /** Read anew whenever it is shown or asked for; without it always. */
  isEnabled?: () => boolean
  run: () => unknown
}

export const isEnabled = (action: Action): boolean => action.isEnabled?.() ?? true
