/** The named entries of a record, or an error that says which is missing. */
export function entries<T, Name extends string>(record: Readonly<Record<string, T>>, ...names: Name[]): Record<Name, T> {
  return Object.fromEntries(
    names.map((name) => {
      const value = record[name]
      if (value === undefined) throw new Error(`${name} is missing; there is ${Object.keys(record).join(', ')}`)
      return [name, value]
    }),
  ) as Record<Name, T>
}
