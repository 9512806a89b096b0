import type { Field, FindingKind } from '../../../src-main/contract/areas/rows.ts'

/** The cell that a finding is about; the others are about the row, and shown where it begins. */
const CELLS: Partial<Record<FindingKind, Field>> = { 'empty-answer': 'label', 'two-answers': 'label' }

export const cellOf = (finding: FindingKind): Field => CELLS[finding] ?? 'instruct'
