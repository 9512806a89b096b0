/** What a key means in the table. */
export type GridCommand =
  /** To another cell; without end, to the edge. */
  | { kind: 'move'; rows: number; columns: number }
  /** By as many rows as the screen shows. */
  | { kind: 'page'; by: 1 | -1 }
  /** To the next cell or the one before, over the ends of rows. */
  | { kind: 'step'; by: 1 | -1 }
  /** More or fewer rows selected. */
  | { kind: 'extend'; rows: number }
  | { kind: 'toggle-row' }
  | { kind: 'edit' }
  /** Takes the text and goes down. */
  | { kind: 'commit' }
  | { kind: 'cancel' }
  | { kind: 'newline' }
  /** Empties the cell, or deletes the rows that are selected. */
  | { kind: 'remove' }
  /** Selects nothing; a second time, lets Tab leave the table. */
  | { kind: 'leave' }

/** Of a KeyboardEvent. */
export interface Key {
  key: string
  keyCode: number
  shiftKey: boolean
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  isComposing: boolean
}

const ARROWS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

/** While characters are being composed, every key belongs to the input method. In Safari, 229 alone tells the Enter that ends it from any other. */
const isOfInputMethod = ({ isComposing, keyCode }: Key): boolean => isComposing || keyCode === 229

/** @returns null where the key is not the table's: a letter to be written, a shortcut, the text field's own */
export function gridCommand(key: Key, isEditing: boolean): GridCommand | null {
  if (isOfInputMethod(key)) return null
  return isEditing ? whileEditing(key) : whileMoving(key)
}

function whileEditing({ key, shiftKey, altKey, ctrlKey, metaKey }: Key): GridCommand | null {
  if (ctrlKey || metaKey) return null
  if (key === 'Enter') return altKey ? { kind: 'newline' } : shiftKey ? null : { kind: 'commit' }
  if (key === 'Tab' && !altKey) return { kind: 'step', by: shiftKey ? -1 : 1 }
  if (key === 'Escape') return { kind: 'cancel' }
  return null
}

function whileMoving({ key, shiftKey, altKey, ctrlKey, metaKey }: Key): GridCommand | null {
  const isMod = ctrlKey || metaKey
  const arrow = ARROWS[key]
  if (altKey) return null
  if (arrow) {
    const [rows, columns] = arrow
    const far = isMod ? Infinity : 1
    // Infinity times nothing is no number.
    const [byRows, byColumns] = [rows && rows * far, columns && columns * far]
    return shiftKey && rows !== 0 ? { kind: 'extend', rows: byRows } : { kind: 'move', rows: byRows, columns: byColumns }
  }
  if (key === 'Home' || key === 'End') {
    const far = key === 'Home' ? -Infinity : Infinity
    if (isMod) return shiftKey ? { kind: 'extend', rows: far } : { kind: 'move', rows: far, columns: 0 }
    return { kind: 'move', rows: 0, columns: far }
  }
  if (isMod) return null
  if (key === 'PageUp') return { kind: 'page', by: -1 }
  if (key === 'PageDown') return { kind: 'page', by: 1 }
  if (key === 'Tab') return { kind: 'step', by: shiftKey ? -1 : 1 }
  if (key === 'Enter' || key === 'F2') return { kind: 'edit' }
  if (key === ' ' && shiftKey) return { kind: 'toggle-row' }
  if (key === 'Delete' || key === 'Backspace') return { kind: 'remove' }
  if (key === 'Escape') return { kind: 'leave' }
  return null
}
