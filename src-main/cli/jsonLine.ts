const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function withSnakeCaseNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCaseNames)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeCase(name), withSnakeCaseNames(inner)]))
}

/** A value on one line of JSON, its field names as the Trainer writes names: `lost_tokens`. Infinity and NaN become null. */
export const jsonLine = (value: object): string => JSON.stringify(withSnakeCaseNames(value))
