/** As Python's `json.dumps(value, indent=indent, sort_keys=True)` writes it, with a line break at the end. */
export function printSortedJson(value: unknown, indent: number): string {
  return `${JSON.stringify(sorted(value), null, indent)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]))
}
