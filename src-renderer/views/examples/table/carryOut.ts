import type { App } from '../../../state/app.svelte.ts'
import { FIELDS } from '../../../../src-main/contract/field.ts'
import type { ExamplesTable } from '../examplesTable.svelte.ts'
import { addRow, removeHere } from '../rowCommands.ts'
import { insertText } from '../textCommands.ts'
import type { GridCommand } from './gridKeys.ts'

interface Surroundings {
  app: App
  /** Where the key was pressed. */
  field: HTMLTextAreaElement
}

/** Does what a key means. @returns whether the key is used up */
export function carryOut(command: GridCommand, table: ExamplesTable, { app, field }: Surroundings): boolean {
  switch (command.kind) {
    case 'move':
      table.selection.clear()
      table.move(command.rows, command.columns)
      break
    case 'page':
      table.selection.clear()
      table.move(command.by * table.rowsOnScreen, 0)
      break
    case 'step':
      return step(command.by, table, app)
    case 'extend':
      void app.attempt(() => extend(command.rows, table))
      break
    case 'toggle-row':
      if (table.activeRow && table.active) table.selection.toggle(table.activeRow.id, table.active.index)
      break
    case 'edit':
      table.edit()
      field.setSelectionRange(field.value.length, field.value.length)
      field.scrollTop = field.scrollHeight
      break
    case 'commit':
      table.commit()
      table.move(1, 0)
      break
    case 'cancel':
      table.cancel()
      break
    case 'newline':
      insertText('\n')
      break
    case 'remove':
      void app.attempt(() => removeHere(table))
      break
    case 'leave':
      table.isLeaving = table.selection.count === 0
      table.selection.clear()
      break
  }
  return true
}

/** Tab goes through the cells, and out of the table at its ends or after Escape; behind the last answer that is being written, a new row begins. */
function step(by: 1 | -1, table: ExamplesTable, app: App): boolean {
  const { active, isEditing } = table
  if (!active || table.isLeaving) return false
  const place = active.index * FIELDS.length + active.column + by
  const isOutside = place < 0 || place >= table.count * FIELDS.length
  if (isOutside && by > 0 && isEditing) {
    void app.attempt(() => addRow(table))
    return true
  }
  if (isOutside) return false
  table.selection.clear()
  table.activate(Math.floor(place / FIELDS.length), place % FIELDS.length)
  return true
}

async function extend(rows: number, table: ExamplesTable): Promise<void> {
  const { active, selection } = table
  if (!active) return
  if (selection.count === 0) selection.clear(active.index)
  table.activate(active.index + rows, active.column)
  await table.selectTo(table.active?.index ?? 0)
}
