import type { Terminal } from './terminal.ts'
import { displayWidth } from './width.ts'

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_BELOW = '\x1b[J'
const NO_WRAP = '\x1b[?7l'
const WRAP = '\x1b[?7h'
/** Redrawing more often costs time and shows nothing more. */
const REDRAW_INTERVAL_MS = 80

/** Lines at the bottom of a terminal that are drawn anew in place. Nothing is written where the terminal is not interactive. */
export interface LiveRegion {
  /** Shows these lines instead of the last ones; skipped when the last drawing is fresh, unless `now`. */
  draw(lines: () => string[], now?: boolean): void
  /** Writes lines that stay, above the region. */
  above(lines: string[]): void
  /** Leaves what is drawn, or takes it away, and gives the cursor back. */
  close(keep: boolean): void
}

export function openLiveRegion(terminal: Terminal, clock: () => number = Date.now): LiveRegion {
  let shown: string[] = []
  let drawnAt = -Infinity
  /** Rows of the screen that the shown lines take now: a window made narrower since has folded them. */
  const height = (): number =>
    shown.reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / terminal.columns())), 0)
  const erase = (): string => (shown.length > 0 ? `\x1b[${height()}A\r${CLEAR_BELOW}` : '')
  const print = (lines: string[]): string => lines.map((line) => `${line}\n`).join('')
  const showCursor = (): void => terminal.write(WRAP + SHOW_CURSOR)
  let opened = false

  return {
    draw(lines, now = false) {
      if (!terminal.interactive || (!now && clock() - drawnAt < REDRAW_INTERVAL_MS)) return
      if (!opened) process.once('exit', showCursor)
      const next = lines()
      terminal.write(HIDE_CURSOR + erase() + NO_WRAP + print(next) + WRAP)
      opened = true
      shown = next
      drawnAt = clock()
    },
    above(lines) {
      terminal.write(erase() + print(lines) + print(shown))
    },
    close(keep) {
      if (!opened) return
      terminal.write((keep ? '' : erase()) + SHOW_CURSOR)
      process.off('exit', showCursor)
      shown = []
      opened = false
    },
  }
}
