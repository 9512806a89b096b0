import { FIELDS } from '../../../src-main/contract/field.ts'

const KEPT = 'examples-columns'
/** Answers are usually the longest. */
const FIRST_SHARES = [0.3, 0.25, 0.45]
const SMALLEST = 0.1

/** How the width of the table is shared by its three texts. Remembered on this computer. */
export class Columns {
  shares: readonly number[] = $state.raw(readShares())

  /** As CSS writes the columns of a grid; the first is for the rows' numbers. */
  readonly template: string = $derived(
    ['var(--number-column)', ...this.shares.map((share) => `minmax(0, ${share.toFixed(4)}fr)`)].join(' '),
  )

  /** Moves the line behind a column by a share of the width; the column after it gives or takes. */
  move(column: number, by: number): void {
    const [here = 0, next = 0] = this.shares.slice(column, column + 2)
    const step = Math.max(SMALLEST - here, Math.min(next - SMALLEST, by))
    this.shares = this.shares.map((share, at) => (at === column ? here + step : at === column + 1 ? next - step : share))
    localStorage.setItem(KEPT, JSON.stringify(this.shares))
  }

  reset(): void {
    this.shares = FIRST_SHARES
    localStorage.removeItem(KEPT)
  }
}

function readShares(): readonly number[] {
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as unknown
  const isWhole = Array.isArray(kept) && kept.length === FIELDS.length && kept.every((share) => typeof share === 'number')
  return isWhole ? kept : FIRST_SHARES
}
