import { pasteBlock, pasteText, selectedTexts, textsAtHand } from '../clipboardCommands.ts'
import type { ExamplesTable } from '../examplesTable.svelte.ts'
import { removeHere } from '../rowCommands.ts'
import { isBlock, parseCells, printCells, printHtmlTable } from '../spreadsheetText.ts'
import { copyNow, insertText } from '../textCommands.ts'

/** Copy, cut and paste while nothing is being written: the rows selected as a spreadsheet takes them, or the text of the active cell as it is. */
export interface GridClipboard {
  copy(event: ClipboardEvent): void
  cut(event: ClipboardEvent): void
  paste(event: ClipboardEvent): void
}

export function createClipboard(table: ExamplesTable): GridClipboard {
  /** Texts that had to be read first, for the copying that is carried out once they are there. */
  let read: string[][] | null = null

  /** The clipboard is open only while an event of copying lasts, so there has to be a second one. */
  const copyAgain = async (): Promise<void> => {
    await table.selected()
    read = table.selection.count > 0 ? await selectedTexts(table) : textsAtHand(table)
    copyNow()
    read = null
  }
  /** @returns whether it is copied already */
  const write = (data: DataTransfer): boolean => {
    const texts = read ?? (table.isSelecting ? null : textsAtHand(table))
    if (!texts) return false
    const isCell = table.selection.count === 0
    data.setData('text/plain', isCell ? (texts[0]?.[0] ?? '') : printCells(texts))
    if (!isCell) data.setData('text/html', printHtmlTable(texts))
    return true
  }

  return {
    copy(event) {
      if (table.isEditing || !event.clipboardData) return
      event.preventDefault()
      if (!write(event.clipboardData)) void table.app.attempt(copyAgain)
    },
    cut(event) {
      if (table.isEditing || !event.clipboardData) return
      event.preventDefault()
      const isCopied = write(event.clipboardData)
      void table.app.attempt(async () => {
        if (!isCopied) await copyAgain()
        await removeHere(table)
      })
    },
    paste(event) {
      if (table.isEditing || !event.clipboardData) return
      event.preventDefault()
      const text = event.clipboardData.getData('text/plain')
      if (text === '') return
      if (table.newRow.keepsKeysWaiting) {
        void table.newRow.whenThere(() => insertText(text))
        return
      }
      const isCells = isBlock(text, event.clipboardData.getData('text/html'))
      void table.app.attempt(() => (isCells ? pasteBlock(table, parseCells(text)) : pasteText(table, text)))
    },
  }
}
