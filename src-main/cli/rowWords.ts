import type { RowProblem } from '../engine/1-dataset/rowProblem.ts'
import type { RowWarning } from '../engine/2-tokens/tokenisedRow.ts'
import type { Message } from './messages/message.ts'
import { printableLine } from './terminal/printable.ts'

/** What is unusual about how a row is learned, in a sentence. */
export function warningWords(warning: RowWarning, message: Message): string {
  switch (warning.kind) {
    case 'boundary-merge':
      return message('warning.boundary-merge', { characters: printableLine(warning.characters) })
    case 'nothing-to-learn':
      return message('warning.nothing-to-learn')
    case 'answer-cut':
      return message('warning.answer-cut', { tokens: warning.lostTokens })
    case 'end-mark-missing':
      return message('warning.end-mark-missing')
    case 'end-mark-inside':
      return message('warning.end-mark-inside', { position: warning.position + 1 })
    default:
      return warning satisfies never
  }
}

/** Why a row was left out, in a sentence. */
export function problemWords(problem: RowProblem, message: Message): string {
  switch (problem.kind) {
    case 'broken-json':
      return message('problem.broken-json', { detail: printableLine(problem.detail) })
    case 'row-too-long':
      return message('problem.row-too-long', { characters: problem.characters, limit: problem.limit })
    case 'not-an-object':
      return message('problem.not-an-object', { found: message(`json.${problem.found}`) })
    case 'missing-field':
      return message('problem.missing-field', { field: problem.field })
    case 'not-text':
      return message('problem.not-text', { field: problem.field, found: message(`json.${problem.found}`) })
    case 'empty-field':
      return message('problem.empty-field', { field: problem.field })
    case 'broken-character':
      return message('problem.broken-character', { field: problem.field })
    case 'duplicate-key':
      return message('problem.duplicate-key', { key: printableLine(problem.key) })
    case 'unreadable-character':
      return message('problem.unreadable-character', { field: problem.field })
    case 'nul-character':
      return message('problem.nul-character', { field: problem.field })
    case 'unclosed-quote':
      return message('problem.unclosed-quote')
    case 'extra-cells':
      return message('problem.extra-cells', { cells: problem.cells, columns: problem.columns })
    case 'not-messages':
      return message('problem.not-messages', { found: message(`json.${problem.found}`) })
    case 'unknown-role':
      return message('problem.unknown-role', { role: printableLine(problem.role) })
    case 'not-text-part':
      return message('problem.not-text-part', { found: printableLine(problem.found) })
    case 'no-answer':
      return message('problem.no-answer')
    default:
      return problem satisfies never
  }
}
