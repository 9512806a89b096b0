import type { MergeTable } from './mergeTable.ts'
import type { TokenId } from './tokenisedRow.ts'

/** A pair in the queue is one number, rank · 2³² + place: the lowest rank first, of equal ones the leftmost, as the Rust library merges (word.rs). */
const PLACES = 2 ** 32
const NONE = -1

/**
 * Byte-pair encoding of one word (Sennrich, Haddow and Birch 2016): of all neighbours that may become one, those of the lowest rank do, until none may.
 * Time grows with n · log n, so that a word of a million bytes is no danger.
 * @returns a function of a word's tokens, one a byte
 */
export function createWordMerger(table: MergeTable): (word: ArrayLike<TokenId>) => TokenId[] {
  // Kept between words: tokens that were merged into the one before them are passed over by `next` and `previous`.
  let capacity = 0
  let symbols = new Int32Array()
  let next = new Int32Array()
  let previous = new Int32Array()
  /** Where in the table the pair stands that begins with each symbol. */
  let pairs = new Int32Array()
  let queue = new Float64Array()
  let waiting = 0

  const makeRoom = (length: number): void => {
    if (length <= capacity) return
    capacity = 2 ** Math.ceil(Math.log2(length))
    symbols = new Int32Array(capacity)
    next = new Int32Array(capacity)
    previous = new Int32Array(capacity)
    pairs = new Int32Array(capacity)
    // Each pair of the beginning, and two for each merge.
    queue = new Float64Array(3 * capacity)
  }

  const push = (entry: number): void => {
    let at = waiting++
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = queue[parent] ?? 0
      if (above <= entry) break
      queue[at] = above
      at = parent
    }
    queue[at] = entry
  }
  const pop = (): number => {
    const top = queue[0] ?? 0
    const last = queue[--waiting] ?? 0
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= waiting) break
      if (child + 1 < waiting && (queue[child + 1] ?? 0) < (queue[child] ?? 0)) child++
      const below = queue[child] ?? 0
      if (last <= below) break
      queue[at] = below
      at = child
    }
    queue[at] = last
    return top
  }
  /** Looks a symbol and the one behind it up, and queues them where they may become one. */
  const consider = (at: number): void => {
    const behind = next[at] ?? NONE
    const pair = behind === NONE ? NONE : table.find(symbols[at] ?? 0, symbols[behind] ?? 0)
    pairs[at] = pair
    if (pair !== NONE) push(table.rank(pair) * PLACES + at)
  }

  return (word) => {
    const { length } = word
    makeRoom(length)
    waiting = 0
    for (let at = 0; at < length; at++) {
      symbols[at] = word[at] ?? 0
      next[at] = at + 1 < length ? at + 1 : NONE
      previous[at] = at - 1
    }
    for (let at = 0; at < length; at++) consider(at)
    while (waiting > 0) {
      const entry = pop()
      const rank = Math.floor(entry / PLACES)
      const at = entry - rank * PLACES
      const pair = pairs[at] ?? NONE
      // Something else has become of this pair since it was queued.
      if (pair === NONE || table.rank(pair) !== rank) continue
      const gone = next[at] ?? NONE
      const behind = next[gone] ?? NONE
      symbols[at] = table.merged(pair)
      pairs[gone] = NONE
      next[at] = behind
      if (behind !== NONE) previous[behind] = at
      consider(at)
      if (at > 0) consider(previous[at] ?? 0)
    }
    const ids: TokenId[] = []
    for (let at = length > 0 ? 0 : NONE; at !== NONE; at = next[at] ?? NONE) ids.push(symbols[at] ?? 0)
    return ids
  }
}
