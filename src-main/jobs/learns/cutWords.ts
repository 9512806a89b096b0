import type { CutWords } from '../../contract/areas/learns.ts'
import type { Row } from '../../contract/row.ts'
import type { Tokenizer } from '../../engine/2-tokens/openTokenizer.ts'
import { showRow, tokenise, type MaskSettings } from '../check.ts'

const KEPT_CHARACTERS = 40
const CUT_CHARACTERS = 200

export interface CutWordsRequest {
  model: string
  rows: Row[]
  settings: MaskSettings
}

/** The words that a limit takes from rows, and what stands before them. @throws TuneDeskError as `tokeniseRows` */
export async function cutWords(
  tokenizer: Tokenizer,
  { rows, settings }: CutWordsRequest,
): Promise<Omit<CutWords, 'id' | 'position'>[]> {
  const numbered = rows.map((row, index) => ({ row, index }))
  return (await tokenise(tokenizer, numbered, settings)).map((tokenised) => {
    const { tokens } = showRow(tokenizer, tokenised)
    const words = (isCut: boolean): string[] =>
      Array.from(tokens.flatMap(({ text, reason }) => ((reason === 'cut-off') === isCut ? [text] : [])).join(''))
    const [kept, cut] = [words(false), words(true)]
    return {
      kept: (kept.length > KEPT_CHARACTERS ? '…' : '') + kept.slice(-KEPT_CHARACTERS).join(''),
      cut: cut.slice(0, CUT_CHARACTERS).join(''),
      isLonger: cut.length > CUT_CHARACTERS,
      tokens: tokenised.cutOff.length,
    }
  })
}
