import type { HistoryStep } from '../../../src-main/contract/areas/rows.ts'
import type { Translation } from '../../i18n/translation.ts'

/** What a step of the history did, such as “delete 3 rows”. */
export const stepWords = ({ kind, rows }: HistoryStep, { text }: Translation): string => text(`step.${kind}`, { count: rows })
