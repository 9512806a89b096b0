import type { Tensor } from './executor.ts'
import type { Part } from './runParts.ts'

/**
 * About as many tokens a program which treats each by itself takes at a time. What lies between its nodes then stays in the cache, and none of it is so large that the
 * system maps it anew for each run: at 2,000 tokens elementwise nodes become five times as quick. With fewer the matrix products would lose speed.
 */
const TOKENS = 512

/** Of about as many tokens each: one of a few tokens would take nearly as long as a whole one, since it reads the same weights. @param inputs what the program is fed beside the tokens */
export function tokenBlocks(tokens: number, inputs: Readonly<Record<string, Tensor>>): Part[] {
  const blocks = Math.max(1, Math.round(tokens / TOKENS))
  const bound = (block: number): number => Math.round((block * tokens) / blocks)
  return Array.from({ length: blocks }, (_, block) => {
    const stretch = { start: bound(block), shape: [bound(block + 1) - bound(block)] }
    return { stretch: () => stretch, inputs }
  })
}
