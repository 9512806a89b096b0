import type { Replacement } from '../../contract/areas/rows.ts'
import type { CellChange } from '../../engine/1-dataset/project/rowChange.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import { rowsOf } from './rowsOf.ts'
import { replaceTexts } from './replaceTexts.ts'

/**
 * The cells that a replacement changes, in the project's order.
 * @throws TuneDeskError rows/bad-pattern, rows/pattern-too-slow, rows/text-too-long
 */
export async function replacedCells(list: RowList, replacement: Replacement): Promise<CellChange[]> {
  const fields = [...new Set(replacement.fields)]
  const rows = rowsOf(list, replacement.ids)
  const texts = rows.flatMap((row) => fields.map((field) => row[field]))
  const cells: CellChange[] = []
  await replaceTexts(texts, replacement, (index, after) => {
    const row = rows[Math.floor(index / fields.length)]
    const field = fields[index % fields.length]
    if (row && field) cells.push([row.id, field, row[field], after])
  })
  return cells
}
