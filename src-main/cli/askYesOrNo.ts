import { createInterface } from 'node:readline/promises'
import { TuneDeskError } from '../contract/error.ts'
import type { Context } from './context.ts'

/** Yes in either language; everything else is no. */
const YES = /^(y|yes|是|好)$/i

/**
 * Asks a person at the terminal. The end of the input, or Ctrl-C, is no.
 * @throws TuneDeskError usage/needs-yes where there is nobody to ask
 */
export async function askYesOrNo(question: string, { input, out }: Context): Promise<boolean> {
  if (!(input.isTTY && out.interactive)) throw new TuneDeskError('usage/needs-yes')
  const lines = createInterface({ input, output: out.stream })
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    return YES.test((await Promise.race([lines.question(`${question} `), ended])).trim())
  } finally {
    lines.close()
  }
}
