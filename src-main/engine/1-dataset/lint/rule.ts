import type { FindingKind, ProjectRow, RowId } from '../../../contract/areas/rows.ts'
import type { Row } from '../../../contract/row.ts'

/** What a fix does with a row. */
export type Mending = { kind: 'change'; texts: Row } | { kind: 'delete' } | { kind: 'hold' }

/** A finding that shows in a row by itself. */
export interface RowRule {
  kind: FindingKind
  has(row: Row): boolean
  /** How a row that has it is mended; null: by nobody but the person. */
  mend(row: Row): Mending | null
}

/** A finding among rows that have the same instruction and input. */
export interface QuestionRule {
  kind: FindingKind
  /** @param rows two or more, in the project's order */
  find(rows: readonly ProjectRow[]): ProjectRow[]
  /** @param isMeant whether a row is among those to be mended */
  mend(rows: readonly ProjectRow[], isMeant: (row: ProjectRow) => boolean): [id: RowId, mending: Mending][]
}

export const isBlank = (text: string): boolean => text.trim() === ''
