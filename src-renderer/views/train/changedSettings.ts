import {
  SETTING_NAMES,
  trainingSettingsSchema,
  type SettingName,
  type TrainingSettings,
} from '../../../src-main/contract/trainingSettings.ts'

/** Settings that are not the Trainer's defaults. */
export function changedSettings(settings: TrainingSettings): SettingName[] {
  const defaults = trainingSettingsSchema.parse({})
  return SETTING_NAMES.filter((name) => settings[name] !== defaults[name])
}

/** Settings in which runs differ from each other. */
export const differingSettings = (all: readonly TrainingSettings[]): SettingName[] =>
  SETTING_NAMES.filter((name) => all.some((settings) => settings[name] !== all[0]?.[name]))
