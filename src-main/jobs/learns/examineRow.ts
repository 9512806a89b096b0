import type { ExaminedRow, ExplainedToken, TokenWhy } from '../../contract/areas/learns.ts'
import type { Row } from '../../contract/row.ts'
import { characterSpans } from '../../engine/2-tokens/characterSpans.ts'
import { maskLayout, type RowMeasure } from '../../engine/2-tokens/maskLayout.ts'
import type { Tokenizer } from '../../engine/2-tokens/openTokenizer.ts'
import { rowTexts, type RowText } from '../../engine/2-tokens/rowText.ts'
import type { TokenisedRow } from '../../engine/2-tokens/tokenisedRow.ts'
import { measureRows } from '../../engine/2-tokens/tokeniseRow.ts'
import { showRow, tokenise, type MaskSettings } from '../check.ts'

/** What a person scrolls through at once; the next ones are asked for. */
const MAX_TOKENS = 2000
const MAX_TEXT_CHARACTERS = 100_000

export interface ExaminationRequest {
  model: string
  row: Row
  settings: MaskSettings
  start: number
}

/** A row's tokens, each with what it stands for and why it is learned or not. @throws TuneDeskError as `tokeniseRows` */
export async function examineRow(tokenizer: Tokenizer, { row, settings, start }: ExaminationRequest): Promise<ExaminedRow> {
  const [tokenised] = await tokenise(tokenizer, [{ row, index: 0 }], settings)
  const [measure] = await measureRows(tokenizer, [row], settings.template)
  const [text] = await rowTexts(tokenizer, [row], settings.template)
  if (!tokenised || !measure || !text) throw new Error('a row gives a row')
  const { tokens, taught } = showRow(tokenizer, tokenised)
  const why = explain(tokenizer, text, tokenised, measure)
  const explained = tokens.slice(start, start + MAX_TOKENS).map((token, i): ExplainedToken => ({ ...token, why: why(start + i) }))
  const { max_length, loss_on } = settings
  return {
    tokens: explained,
    start,
    tokenCount: tokens.length,
    counts: maskLayout(measure, { maxLength: max_length, lossOn: loss_on }).counts,
    taught,
    total: tokenised.ids.length,
    warnings: tokenised.warnings,
    text: text.whole.slice(0, MAX_TEXT_CHARACTERS),
    answerStart: text.prompt.length,
    isTextCut: text.whole.length > MAX_TEXT_CHARACTERS,
  }
}

/** Why the n-th token of a row, those that are cut off behind the others, is learned or not. */
function explain(tokenizer: Tokenizer, text: RowText, tokenised: TokenisedRow, measure: RowMeasure): (at: number) => TokenWhy {
  const { ids, labels, reasons, cutOff } = tokenised
  const content = ids.length - measure.behind
  const isOwn = ownWords(tokenizer, text, [...ids.slice(0, content), ...cutOff])
  return (at) => {
    const reason = reasons[at]
    if (reason === undefined) return 'limit'
    if (reason === 'end-mark') return 'end-mark'
    if (at < measure.before || at >= content) return 'tokenizer'
    if (at === 0 && labels[0] === ids[0]) return 'first'
    if (at === measure.merge?.position) return 'across'
    if (!isOwn(at)) return 'template'
    return at < measure.promptLength ? 'question' : 'answer'
  }
}

/** Which tokens have a character of the row's own words, rather than of the template around them. */
function ownWords(
  tokenizer: Tokenizer,
  { whole, own, addSpecialTokens }: RowText,
  ids: readonly number[],
): (at: number) => boolean {
  if (addSpecialTokens) return () => true
  const { text, spans } = characterSpans(tokenizer, ids)
  // Where a normalizer has changed the text, a place in it is as far as the text before it is long.
  const place = (at: number): number =>
    text === whole ? at : characterSpans(tokenizer, tokenizer.encode(whole.slice(0, at), { addSpecialTokens: false })).text.length
  const ranges = own.map(([start, end]) => [place(start), place(end)] as const)
  return (at) => {
    const span = spans[at]
    return span !== undefined && ranges.some(([start, end]) => span.start < end && start < span.end)
  }
}
