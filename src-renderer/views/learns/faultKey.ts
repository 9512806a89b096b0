import type { RowFault } from '../../../src-main/contract/rowFault.ts'
import type { MessageKey } from '../../i18n/translation.ts'

/** Why a row is left out of the training, as a message. */
export function faultKey({ kind }: RowFault): MessageKey {
  if (kind === 'empty-field') return 'learns.left-out-label'
  return kind === 'broken-character' ? 'learns.left-out-broken' : 'learns.left-out-other'
}
