/** Pages that are being read. */
export interface Readings {
  count(): number
  get(page: number): Promise<void> | undefined
  add(page: number, read: () => Promise<void>): Promise<void>
  remove(page: number): void
}

export function createReadings(): Readings {
  const pages = new Map<number, Promise<void>>()
  return {
    count: () => pages.size,
    get: (page) => pages.get(page),
    add(page, read) {
      const reading = read()
      pages.set(page, reading)
      return reading
    },
    remove: (page) => void pages.delete(page),
  }
}
