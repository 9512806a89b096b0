import type { ImportProblem, Place } from '../../../../src-main/contract/areas/imports.ts'
import type { RowFault } from '../../../../src-main/contract/rowFault.ts'
import type { Translation } from '../../../i18n/translation.ts'

const PLACES = { line: 'import.problem-line', row: 'import.problem-row', record: 'import.problem-record' } as const

/** Where a problem is, what it is, and what becomes of the record. */
export function problemWords(translation: Translation, place: Place, { line, fault }: ImportProblem): string {
  return translation.text(PLACES[place], { line, problem: faultWords(translation, fault) })
}

function faultWords({ text }: Translation, fault: RowFault): string {
  switch (fault.kind) {
    case 'not-an-object':
    case 'not-messages':
      return text(`import.fault-${fault.kind}`, { found: text(`import.json-${fault.found}`) })
    case 'not-text':
      return text('import.fault-not-text', { field: text(`examples.${fault.field}`), found: text(`import.json-${fault.found}`) })
    case 'broken-character':
    case 'unreadable-character':
    case 'nul-character':
      return text(`import.fault-${fault.kind}`, { field: text(`examples.${fault.field}`) })
    case 'duplicate-key':
      return text('import.fault-duplicate-key', { key: fault.key })
    case 'extra-cells':
      return text('import.fault-extra-cells', { cells: fault.cells, columns: fault.columns })
    case 'unknown-role':
      return text('import.fault-unknown-role', { role: fault.role })
    case 'not-text-part':
      return text('import.fault-not-text-part', { found: fault.found })
    case 'broken-json':
    case 'row-too-long':
    case 'missing-field':
    case 'empty-field':
    case 'unclosed-quote':
    case 'no-answer':
      return text(`import.fault-${fault.kind}`)
    default:
      return fault satisfies never
  }
}
