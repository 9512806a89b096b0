import type { ImportColumn } from '../../../../src-main/contract/areas/imports.ts'
import type { Translation } from '../../../i18n/translation.ts'

/** A longer name would widen every list that it stands in. */
const LONGEST_NAME = 60

/** What a column is called: its name in the file, or its number where it has none. */
export function columnLabel({ text }: Translation, column: Pick<ImportColumn, 'name'> | undefined, position: number): string {
  const name = column?.name.trim() ?? ''
  if (name === '') return text('import.column-number', { number: position + 1 })
  const characters = Array.from(name)
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : name
}
