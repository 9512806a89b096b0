import { z } from 'zod'
import { trainingSettingsSchema, type SettingName } from '../../../../src-main/contract/trainingSettings.ts'

/** How a setting is filled in, as its schema tells. */
export type SettingControl = (
  | { kind: 'choice'; choices: readonly string[] }
  | { kind: 'yes-no' }
  | { kind: 'number' }
  | { kind: 'text'; suggestions: readonly string[] }
) & {
  /** Whether it may be left empty, which then means something of its own. */
  canBeNone: boolean
}

/** What is written most often where there are too many possibilities for a list. */
const SUGGESTIONS: Partial<Record<SettingName, readonly string[]>> = {
  target_modules: ['all-linear', 'q_proj,v_proj', 'q_proj,k_proj,v_proj,o_proj', 'gate_proj,up_proj,down_proj'],
  modules_to_save: ['embed_tokens', 'lm_head', 'embed_tokens,lm_head'],
}

export function settingControl(name: SettingName): SettingControl {
  let schema: unknown = trainingSettingsSchema.shape[name]
  let canBeNone = false
  while (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    if (schema instanceof z.ZodNullable) canBeNone = true
    schema = schema.unwrap()
  }
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String), canBeNone }
  if (schema instanceof z.ZodString) return { kind: 'text', suggestions: SUGGESTIONS[name] ?? [], canBeNone }
  return { kind: schema instanceof z.ZodBoolean ? 'yes-no' : 'number', canBeNone }
}

/** What belongs into a setting, where the value given does not: in signs that need no translation. */
export function expectedValue(name: SettingName, value: unknown): string | undefined {
  const checked = trainingSettingsSchema.shape[name].safeParse(value)
  return checked.success ? undefined : (checked.error.issues[0]?.message ?? '')
}
