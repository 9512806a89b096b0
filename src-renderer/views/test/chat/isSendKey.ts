/** Safari ends a composition before it tells of the Enter that ended it, and knows it only by this code. */
const TAKEN_BY_INPUT_METHOD = 229

/** What matters of a keyboard's event. */
interface PressedKey {
  key: string
  keyCode: number
  shiftKey: boolean
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  isComposing: boolean
}

/** Enter by itself; Shift begins a new line, and an input method that is at work takes the key to choose a word. */
export function isSendKey({ key, keyCode, shiftKey, ctrlKey, altKey, metaKey, isComposing }: PressedKey): boolean {
  const isTaken = isComposing || keyCode === TAKEN_BY_INPUT_METHOD
  return key === 'Enter' && !shiftKey && !ctrlKey && !altKey && !metaKey && !isTaken
}
