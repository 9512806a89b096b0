import { evenStretches } from '../4-graph/elements.ts'
import type { Tensor } from './executor.ts'
import type { Part } from './runParts.ts'

/**
 * About as many tokens a program which treats each by itself takes at a time. What lies between its nodes then stays in the cache, and none of it is so large that the
 * system maps it anew for each run: at 2,000 tokens elementwise nodes become five times as quick. With fewer the matrix products would lose speed.
 */
const TOKENS = 512

/**
 * Even blocks: one of a few tokens would take nearly as long as a whole one, since it reads the same weights.
 * @param inputs what the program is fed beside the tokens
 */
export const tokenBlocks = (tokens: number, inputs: Readonly<Record<string, Tensor>>): Part[] =>
  evenStretches(tokens, Math.max(1, Math.round(tokens / TOKENS))).map(({ start, count }) => {
    const stretch = { start, shape: [count] }
    return { stretch: () => stretch, inputs }
  })
