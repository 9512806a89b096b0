import type { RowId } from '../../../src-main/contract/areas/rows.ts'
import { FIELDS } from '../../../src-main/contract/field.ts'
import { ALL_ROWS, fieldAt, isFiltered, type ExamplesTable } from './examplesTable.svelte.ts'
import { selectedAtHand } from './rowCommands.ts'
import { PAGE, type ShownRow } from './pageCache.ts'
import { parseCells } from './spreadsheetText.ts'

const textsOf = (row: ShownRow): string[] => FIELDS.map((field) => row[field])

/** The texts to copy, where they are at hand: those of the rows selected, otherwise of the active cell. */
export function textsAtHand(table: ExamplesTable): string[][] | null {
  if (table.selection.count === 0) {
    const { active, activeRow } = table
    return activeRow && active ? [[activeRow[fieldAt(active.column)]]] : null
  }
  const rows = selectedAtHand(table)
  return rows.length === table.selection.count ? rows.map(textsOf) : null
}

/** The texts of the rows selected, in their order, wherever they are. */
export async function selectedTexts(table: ExamplesTable): Promise<string[][]> {
  const { ids } = table.selection
  const view = { project: table.project.folder, view: table.pages.view }
  const places = await table.app.client.call('rows.locate', { ...view, ids: [...ids] })
  const texts: string[][] = []
  for (let at = 0; at < places.length;) {
    const start = places[at] ?? 0
    // What lies close together is read at once.
    const end = start + PAGE
    const rows = await table.pages.range(start, Math.min(end, table.count))
    texts.push(...rows.filter(({ id }) => ids.has(id)).map(textsOf))
    while (at < places.length && (places[at] ?? 0) < end) at++
  }
  return texts
}

/** Puts a block of texts into the table, from the active cell on; at the end, where there is none. */
export async function pasteBlock(table: ExamplesTable, block: string[][]): Promise<void> {
  table.commit()
  const { activeRow, active } = table
  // Rows that the filter hides lie between those shown: they must not be written over unseen.
  if (activeRow && block.length > 1 && isFiltered(table.pages.view)) await showAllAt(table, activeRow.id)
  const field = fieldAt(activeRow && active ? active.column : 0)
  const edit = { kind: 'paste', id: activeRow?.id ?? null, field, block } as const
  const ids = block.length > 1 ? await table.changeWithUndo(edit, 'examples.done-paste') : await table.change(edit)
  const [first] = ids
  if (first !== undefined) await table.goTo(first)
}

async function showAllAt(table: ExamplesTable, id: RowId): Promise<void> {
  table.show(ALL_ROWS)
  await table.goTo(id)
}

/** Puts a text into the active cell as it is, with its line breaks; whoever meant a row for each line can say so. */
export async function pasteText(table: ExamplesTable, text: string): Promise<void> {
  const lines = parseCells(text)
  await pasteBlock(table, [[text]])
  if (lines.length === 1) return
  table.tellDone('examples.done-paste-text', lines.length, {
    label: 'examples.paste-lines',
    run: async () => {
      await table.undo()
      await pasteBlock(table, lines)
    },
  })
}
