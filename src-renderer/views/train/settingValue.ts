import type { TrainingSettings } from '../../../src-main/contract/trainingSettings.ts'
import type { Translation } from '../../i18n/translation.ts'

/** A setting's value as a person reads it. Words of the Trainer stay its words. */
export function settingValue(value: TrainingSettings[keyof TrainingSettings], { text, fine }: Translation): string {
  if (value === null) return text('setting.none')
  if (typeof value === 'boolean') return text(value ? 'setting.yes' : 'setting.no')
  return typeof value === 'number' ? (Number.isInteger(value) ? String(value) : fine(value)) : value
}
