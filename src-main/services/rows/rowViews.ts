import type { z } from 'zod'
import { FIELDS, type ProjectRow, type viewSchema } from '../../contract/areas/rows.ts'
import type { Linter } from '../../engine/1-dataset/lint/linter.ts'
import { createPauses } from '../../files/pauses.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import { escapePattern } from './replaceTexts.ts'

type View = z.output<typeof viewSchema>

/** What a person looks at and goes back to. */
const MOST_VIEWS = 6

/** Which rows a view has. What was found for one version is remembered for the next: only rows that changed are searched again. */
export interface RowViews {
  /** @returns positions in the list, ascending; null: all of them */
  positionsOf(list: RowList, view: View): Promise<Int32Array | null>
}

interface Search {
  matches: (row: ProjectRow) => boolean
  known: WeakMap<ProjectRow, boolean>
  list: RowList | null
  positions: Int32Array
}

export function createRowViews(linter: Linter): RowViews {
  const searches = new Map<string, Search>()

  const searchOf = (key: string, view: View): Search => {
    const search = searches.get(key) ?? {
      matches: textMatcher(view),
      known: new WeakMap(),
      list: null,
      positions: new Int32Array(),
    }
    // The last of the map is the one used last.
    searches.delete(key)
    searches.set(key, search)
    for (const oldest of searches.keys()) {
      if (searches.size <= MOST_VIEWS) break
      searches.delete(oldest)
    }
    return search
  }

  return {
    async positionsOf(list, view) {
      const { text, heldOut, finding } = view
      if (text === '' && heldOut === null && finding === null) return null
      const search = searchOf(JSON.stringify([text, view.matchCase, heldOut, finding]), view)
      if (search.list === list) return search.positions

      const pause = createPauses()
      const matching = new Set<ProjectRow>()
      if (text !== '')
        for (const row of list.rows) {
          let isMatch = search.known.get(row)
          if (isMatch === undefined) {
            isMatch = search.matches(row)
            search.known.set(row, isMatch)
            await pause()
          }
          if (isMatch) matching.add(row)
        }
      if (finding !== null) await linter.examine(list)
      const positions: number[] = []
      list.rows.forEach((row, position) => {
        if (text !== '' && !matching.has(row)) return
        if (heldOut !== null && row.heldOut !== heldOut) return
        if (finding === null || linter.has(row, finding)) positions.push(position)
      })
      // Of another list's findings is not kept what was found.
      search.list = finding === null || linter.hasExamined(list) ? list : null
      search.positions = Int32Array.from(positions)
      return search.positions
    },
  }
}

function textMatcher({ text, matchCase }: View): (row: ProjectRow) => boolean {
  if (matchCase) return (row) => FIELDS.some((field) => row[field].includes(text))
  const pattern = new RegExp(escapePattern(text), 'iu')
  return (row) => FIELDS.some((field) => pattern.test(row[field]))
}
