import { ROW_MARKS, type LearnedRow, type LearnsOverview, type RowMark, type RowUse } from '../../contract/areas/learns.ts'
import type { ProjectRow, RowId } from '../../contract/areas/rows.ts'
import type { RowFault } from '../../contract/rowFault.ts'
import { rowFields } from '../../engine/1-dataset/rowFields.ts'
import { maskLayout, type MaskLayout, type MaskOptions, type RowMeasure } from '../../engine/2-tokens/maskLayout.ts'
import type { CountedRows } from '../../jobs/learns/findBlocker.ts'

const EXCERPT_CHARACTERS = 120
/** So many rows of a kind are told by name; the others are found in the list. */
const FIRST_IDS = 100

/** Why the trainer would leave a row out, by its own reader's rule; null where it can use it. */
export const faultOf = ({ instruct, input, label }: ProjectRow): RowFault | null =>
  rowFields({ instruct, input, label }).faults[0] ?? null

export function useOf(row: ProjectRow): RowUse {
  if (faultOf(row) !== null) return 'left-out'
  return row.heldOut ? 'held-out' : 'learned-from'
}

/** What the rows of a project are for the model, summed up row by row as they become known. */
export class Survey {
  readonly rows: readonly ProjectRow[]
  readonly options: MaskOptions
  readonly counts = { given: 0, learned: 0, 'end-mark': 0, 'cut-off': 0 }
  readonly uses: Record<RowUse, number> = { 'learned-from': 0, 'held-out': 0, 'left-out': 0 }
  done = 0
  taught = 0
  read = 0
  readonly #measures: (RowMeasure | undefined)[] = []
  readonly #uses: RowUse[] = []
  /** Tokens kept, and those of them that teach, by position. */
  readonly #kept: number[] = []
  readonly #taught: number[] = []
  readonly #rowsOfLength = new Map<number, number>()
  /** Positions of rows by what is to be looked at in them; sorted when they are read. */
  readonly #marked = new Map<RowMark, number[]>()
  #isSorted = true

  constructor(rows: readonly ProjectRow[], options: MaskOptions) {
    this.rows = rows
    this.options = options
  }

  /** Takes a row by its position in; all of them before the first is measured. */
  enter(position: number, use: RowUse): void {
    this.#uses[position] = use
    this.uses[use]++
    if (use === 'left-out') this.#mark('left-out', position)
  }

  measured(position: number, measure: RowMeasure): void {
    this.#measures[position] = measure
    this.done++
    this.#rowsOfLength.set(measure.length, (this.#rowsOfLength.get(measure.length) ?? 0) + 1)
    const layout = maskLayout(measure, this.options)
    this.#kept[position] = layout.length
    this.#taught[position] = layout.taught
    for (const mark of marksOf(layout)) this.#mark(mark, position)
    if (this.#uses[position] !== 'learned-from') return
    this.taught += layout.taught
    this.read += layout.length
    for (const reason of Object.keys(this.counts) as (keyof typeof this.counts)[]) this.counts[reason] += layout.counts[reason]
  }

  useAt(position: number): RowUse | undefined {
    return this.#uses[position]
  }

  measureAt(position: number): RowMeasure | undefined {
    return this.#measures[position]
  }

  /** What the overview says of the rows. */
  get sum(): Pick<LearnsOverview, 'done' | 'total' | 'rows' | 'lengths' | 'counts' | 'taught' | 'read' | 'marks'> {
    return {
      done: this.done,
      total: this.rows.length - this.uses['left-out'],
      rows: { ...this.uses },
      lengths: [...this.#rowsOfLength].sort(([a], [b]) => a - b),
      counts: { ...this.counts },
      taught: this.taught,
      read: this.read,
      marks: ROW_MARKS.flatMap((mark) => {
        const positions = this.#positions(mark)
        const ids = positions.slice(0, FIRST_IDS).flatMap((position) => this.rows[position]?.id ?? [])
        return positions.length > 0 ? [{ mark, count: positions.length, ids }] : []
      }),
    }
  }

  count(mark: RowMark | null): number {
    return mark === null ? this.rows.length : this.#positions(mark).length
  }

  page(mark: RowMark | null, start: number, end: number): LearnedRow[] {
    const positions = mark === null ? range(start, Math.min(end, this.rows.length)) : this.#positions(mark).slice(start, end)
    return positions.flatMap((position) => {
      const row = this.rows[position]
      return row ? [this.#listed(row, position)] : []
    })
  }

  /** Where a row stands among those with a mark; null where it is not among them. */
  locate(mark: RowMark | null, id: RowId): number | null {
    const position = this.rows.findIndex((row) => row.id === id)
    const at = mark === null ? position : this.#positions(mark).indexOf(position)
    return position < 0 || at < 0 ? null : at
  }

  /** How long the rows of one use are, and which of them teach nothing: where each stands in the trainer's order, and in the project. */
  rowsWithNothingToLearn(use: RowUse): CountedRows {
    const positions = this.positionsOf(use)
    const empty = positions.flatMap((row, index) => (this.#taught[row] === 0 ? [{ index, row }] : []))
    return { lengths: this.keptLengths(use), empty }
  }

  /** Tokens that the rows of one use keep, in the trainer's order. */
  keptLengths(use: RowUse): number[] {
    return this.positionsOf(use).map((position) => this.#kept[position] ?? 0)
  }

  /** Positions of the rows of one use, in the trainer's order. */
  positionsOf(use: RowUse): number[] {
    const positions: number[] = []
    for (const [position, each] of this.#uses.entries()) if (each === use) positions.push(position)
    return positions
  }

  #listed(row: ProjectRow, position: number): LearnedRow {
    const use = this.#uses[position] ?? useOf(row)
    const measure = this.#measures[position]
    const layout = measure && maskLayout(measure, this.options)
    return {
      id: row.id,
      position,
      excerpt: excerptOf(row),
      use,
      tokens: measure && layout ? { length: measure.length, kept: layout.length, taught: layout.taught } : null,
      marks: use === 'left-out' ? ['left-out'] : layout ? marksOf(layout) : [],
    }
  }

  #mark(mark: RowMark, position: number): void {
    const positions = this.#marked.get(mark) ?? []
    positions.push(position)
    this.#marked.set(mark, positions)
    this.#isSorted = false
  }

  #positions(mark: RowMark): number[] {
    if (!this.#isSorted) for (const positions of this.#marked.values()) positions.sort((a, b) => a - b)
    this.#isSorted = true
    return this.#marked.get(mark) ?? []
  }
}

/** What is to be looked at in a row. Where its answer is cut, its end mark is cut with it, which needs no mark of its own. */
function marksOf({ warnings }: MaskLayout): RowMark[] {
  const kinds = new Set(warnings.map(({ kind }) => kind))
  if (kinds.has('answer-cut')) kinds.delete('end-mark-missing')
  return [...kinds]
}

/** What tells a row from the others: its own input, or else its question. */
function excerptOf({ instruct, input, label }: ProjectRow): string {
  const words = [input, instruct, label].find((text) => text.trim() !== '') ?? ''
  // Spread out, so that no character is cut in half; a prefix first, since a row may be very long.
  const characters = Array.from(
    words
      .slice(0, 2 * EXCERPT_CHARACTERS)
      .replace(/\s+/gu, ' ')
      .trim(),
  )
  return characters.slice(0, EXCERPT_CHARACTERS).join('')
}

const range = (start: number, end: number): number[] => Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i)
