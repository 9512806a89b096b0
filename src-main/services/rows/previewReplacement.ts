import type { Replacement, ReplacementPreview } from '../../contract/areas/rows.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import { replacedCells } from './replacedCells.ts'
import { changesIn } from './replaceTexts.ts'

/** Enough to see whether it does what was meant. */
const CELLS = 8
const CHANGES_OF_A_CELL = 12

/** @throws TuneDeskError as `replacedCells` */
export async function previewReplacement(list: RowList, replacement: Replacement): Promise<ReplacementPreview> {
  const cells = await replacedCells(list, replacement)
  const first = cells.slice(0, CELLS)
  const found = await changesIn(
    first.map(([, , before]) => before),
    replacement,
    CHANGES_OF_A_CELL,
  )
  return {
    cells: cells.length,
    rows: new Set(cells.map(([id]) => id)).size,
    examples: first.map(([id, field, before], at) => ({ id, field, before, ...(found[at] ?? { changes: [], changeCount: 0 }) })),
  }
}
