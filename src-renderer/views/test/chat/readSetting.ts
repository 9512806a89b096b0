import { generationSchema, type GenerationChoice, type GenerationSettingName } from '../../../../src-main/contract/generation.ts'

/** A setting as it is typed: empty means what it is at first. */
export function readSetting(
  name: GenerationSettingName,
  typed: string,
): { value: GenerationChoice[typeof name] } | { expected: string } {
  const given = typed.trim() === '' ? undefined : Number(typed)
  const parsed = generationSchema.shape[name].safeParse(given)
  return parsed.success ? { value: parsed.data } : { expected: parsed.error.issues[0]?.message ?? '' }
}
