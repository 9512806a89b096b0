import { nearestInLine } from './nearestInLine.ts'

/**
 * Which token an arrow key leads to: left and right to the neighbour, up and down to the nearest one of the line above or below.
 * @param box holds the tokens' elements, each with `data-at`
 * @returns null where the key leads nowhere
 */
export function tokenAt(key: string, from: number, box: HTMLElement): number | null {
  const all = Array.from(box.querySelectorAll<HTMLElement>('[data-at]'))
  const last = all.length - 1
  switch (key) {
    case 'ArrowRight':
      return from < last ? from + 1 : null
    case 'ArrowLeft':
      return from > 0 ? from - 1 : null
    case 'Home':
      return 0
    case 'End':
      return last
    case 'ArrowDown':
      return nearestInLine(
        all.map((element) => element.getBoundingClientRect()),
        from,
        1,
      )
    case 'ArrowUp':
      return nearestInLine(
        all.map((element) => element.getBoundingClientRect()),
        from,
        -1,
      )
    default:
      return null
  }
}
