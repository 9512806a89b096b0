import type { Emit } from '../contract/contract.ts'

/** What the system asks to open: dropped on the icon, by "open with", or behind the program's name. Kept until a window's page listens. */
export interface OpenedPaths {
  add(paths: readonly string[]): void
  /** The page hears events from now on. */
  pageListens(): void
  /** The page is loaded anew, or gone. */
  pageIsGone(): void
}

export function createOpenedPaths(emit: Emit): OpenedPaths {
  let waiting: string[] = []
  let isHeard = false
  const tell = (): void => {
    if (!isHeard || waiting.length === 0) return
    emit('app.open', { paths: waiting })
    waiting = []
  }
  return {
    add(paths) {
      waiting.push(...paths)
      tell()
    },
    pageListens() {
      isHeard = true
      tell()
    },
    pageIsGone() {
      isHeard = false
    },
  }
}
