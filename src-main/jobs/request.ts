import { TuneDeskError } from '../contract/error.ts'
import type { z } from 'zod'

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)

/**
 * What a service was asked, checked. A schema's `error` says what belongs there in signs that need no translation, as in the settings.
 * @throws usage/wrong-value for the first thing that cannot be
 */
export function checkRequest<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const result = schema.safeParse(request)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = String(issue?.path.at(-1) ?? '')
  const value = String(valueAt(request, issue?.path ?? []))
  throw new TuneDeskError('usage/wrong-value', { name, value, expected: issue?.message ?? '' })
}
