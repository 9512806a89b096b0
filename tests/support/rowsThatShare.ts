import fc from 'fast-check'
import { IGNORE_INDEX, type TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import { trainedTokens } from '../../src-main/engine/3-batches/trainedTokens.ts'

/** The smallest vocabulary of `anyConfig`: two ids alone, so that most rows share something. */
const id = fc.integer({ min: 0, max: 1 })
const token = fc.tuple(id, fc.boolean())

/** Rows of tokens, each an id and whether it is learned. */
export const rowsOfTokens = (all: readonly (readonly (readonly [id: number, learned: boolean])[])[]): TokenisedRow[] =>
  all.map((tokens, row) => ({
    row,
    ids: tokens.map(([each]) => each),
    labels: tokens.map(([each, learned]) => (learned ? each : IGNORE_INDEX)),
    reasons: [],
    cutOff: [],
    warnings: [],
  }))

/** Rows that begin alike, are alike, begin another one or share nothing; what they learn where they are alike may differ. At least one learns. */
export const rowsThatShare: fc.Arbitrary<TokenisedRow[]> = fc
  .record({
    beginning: fc.array(token, { maxLength: 5 }),
    ends: fc.array(fc.array(token, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    others: fc.array(fc.array(token, { maxLength: 5 }), { maxLength: 2 }),
    copied: fc.boolean(),
  })
  .map(({ beginning, ends, others, copied }) => {
    const sharing = ends.map((end) => [...beginning, ...end])
    return rowsOfTokens([...sharing, ...others, ...(copied ? sharing.slice(0, 1) : [])])
  })
  .filter((rows) => trainedTokens(rows) > 0)
