import type { BrowserWindow, Rectangle } from 'electron'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const stateSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  isMaximized: z.boolean(),
})
export type WindowState = z.output<typeof stateSchema>

const FIRST_SIZE = { width: 1280, height: 820 } as const
export const SMALLEST_SIZE = { width: 480, height: 400 } as const

/** Of the window's upper edge so much must be on a display that a person can take hold of it. */
const GRIP = { width: 120, height: 40 } as const

/** The window as it was left; null where it never was, or its file is damaged. */
export function readWindowState(file: string): WindowState | null {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** A display may be gone or smaller than it was: the size fits one that is there, and where the place does not, the system chooses one. */
export function placeWindow(state: WindowState | null, workAreas: readonly Rectangle[]): Partial<Rectangle> {
  const { x, y, width, height } = { x: NaN, y: NaN, ...FIRST_SIZE, ...state }
  const area = workAreas.find(
    (area) =>
      Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= GRIP.width &&
      y >= area.y &&
      y + GRIP.height <= area.y + area.height,
  )
  const { width: widest, height: highest } = area ?? workAreas[0] ?? { width, height }
  const size = {
    width: Math.max(Math.min(width, widest), SMALLEST_SIZE.width),
    height: Math.max(Math.min(height, highest), SMALLEST_SIZE.height),
  }
  return area ? { x, y, ...size } : size
}

/** A pause in moving and sizing that is its end. */
const SETTLED = 500

/** Writes down where the window is, whenever that has changed. */
export function rememberWindow(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined
  const write = (): void => {
    clearTimeout(timer)
    const state: WindowState = { ...window.getNormalBounds(), isMaximized: window.isMaximized() }
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${JSON.stringify(state)}\n`)
    } catch (error) {
      // The window opens in its first place next time.
      console.error(error)
    }
  }
  const writeSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(write, SETTLED)
  }
  window.on('resize', writeSoon)
  window.on('move', writeSoon)
  window.on('close', write)
}
