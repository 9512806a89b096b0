/** Old commands of browsers that have no successor: what they do to a text field is part of the field's own undo. */

/** Puts a text in where the caret is. */
export const insertText = (text: string): void => void execute('insertText', text)

/** Makes the browser ask for what is to be copied, which it does only for a person's key or click of the last few seconds. */
export const copyNow = (): void => void execute('copy')

// eslint-disable-next-line @typescript-eslint/no-deprecated -- Marked so for the sake of rich text editors; every browser keeps it.
const execute = (command: string, value?: string): boolean => document.execCommand(command, false, value)
