import type { Row } from '../1-dataset/row.ts'
import { characterSpans } from './characterSpans.ts'
import type { Tokenizer } from './openTokenizer.ts'
import { rowTexts, type RowText, type TemplateKind } from './rowText.ts'
import { IGNORE_INDEX, type RowWarning, type TokenId, type TokenisedRow, type TokenReason } from './tokenisedRow.ts'

/** What is learned: the answer and its end mark, or every token. */
export type LossOn = 'answer' | 'everything'

export interface MaskOptions {
  /** Ids that a row keeps, special ones included; what lies behind is cut off. */
  maxLength: number
  lossOn: LossOn
}

/**
 * A row's ids and what is learned of them, by the rule of the Hugging Face tutorial:
 * `ids = tokenise(whole)`, truncated; `labels = ids`, the first `tokenise(prompt).length` of them -100. With the chat template this masks what TRL
 * masks for a prompt and its completion: all that the template writes behind the prompt is learned, its end of turn and the line break behind it
 * included (sft_trainer.py, tokenize_fn).
 * @param row index of the row in its dataset, from 0
 */
function tokeniseText(tokenizer: Tokenizer, text: RowText, row: number, { maxLength, lossOn }: MaskOptions): TokenisedRow {
  const { addSpecialTokens } = text
  const uncut = tokenizer.encode(text.whole, { addSpecialTokens })
  const prompt = tokenizer.encode(text.prompt, { addSpecialTokens })

  // What a tokenizer adds behind a text stands behind a truncated one too (tokenizers' Rust library, TokenizerImpl::post_process).
  const behind = addSpecialTokens ? tokenizer.idsBehind.length : 0
  const end = uncut.length - behind
  const kept = Math.min(end, Math.max(addSpecialTokens ? tokenizer.idsBefore.length : 0, maxLength - behind))
  const ids = [...uncut.slice(0, kept), ...uncut.slice(end)]
  const cutOff = uncut.slice(kept, end)

  const masked = lossOn === 'everything' ? 0 : prompt.length
  const labels = ids.map((id, position) => (position < masked ? IGNORE_INDEX : id))
  const endMark = endMarkPosition(tokenizer, text, uncut.slice(0, end), prompt.length)
  const reasons = labels.map((label, position): TokenReason => {
    if (label === IGNORE_INDEX) return 'given'
    return position === endMark && position < kept ? 'end-mark' : 'learned'
  })

  const warnings: RowWarning[] = []
  if (lossOn === 'answer') warnings.push(...boundaryMerge(tokenizer, prompt, uncut, ids.length))
  if (labels.slice(1).every((label) => label === IGNORE_INDEX)) warnings.push({ kind: 'nothing-to-learn' })
  const lostTokens = Math.min(cutOff.length, end - masked)
  if (lostTokens > 0) warnings.push({ kind: 'answer-cut', lostTokens })
  if (!reasons.includes('end-mark')) warnings.push({ kind: 'end-mark-missing' })
  for (const position of endMarksInside(tokenizer, text, uncut, endMark))
    if (position < kept) warnings.push({ kind: 'end-mark-inside', position })
  return { row, ids, labels, reasons, cutOff, warnings }
}

/**
 * Rows as the mask view shows them and the trainer eats them.
 * @throws TuneDeskError as `rowTexts`
 */
export async function tokeniseRows(
  tokenizer: Tokenizer,
  rows: readonly Row[],
  options: MaskOptions & { template: TemplateKind },
): Promise<TokenisedRow[]> {
  const texts = await rowTexts(tokenizer, rows, options.template)
  return texts.map((text, row) => tokeniseText(tokenizer, text, row, options))
}

/** One row, by its index in its dataset. */
export async function tokeniseRow(
  tokenizer: Tokenizer,
  row: Row,
  index: number,
  options: MaskOptions & { template: TemplateKind },
): Promise<TokenisedRow> {
  const [tokenised] = await tokeniseRows(tokenizer, [row], options)
  if (!tokenised) throw new Error('a row gives a row')
  return { ...tokenised, row: index }
}

/**
 * Where the token stands that closes the row: in plain text the end mark at its very end; with a chat template the last special token, the end of
 * the assistant's turn. -1 where there is none.
 */
function endMarkPosition(
  { eosId, specialIds }: Tokenizer,
  { addSpecialTokens }: RowText,
  uncut: readonly TokenId[],
  promptLength: number,
): number {
  if (addSpecialTokens) return uncut.at(-1) === eosId ? uncut.length - 1 : -1
  return uncut.findLastIndex((id, position) => position >= promptLength && specialIds.has(id))
}

/** The token that covers characters on both sides of the boundary, where the prompt's tokens are not the row's first ones. */
function boundaryMerge(
  tokenizer: Tokenizer,
  prompt: readonly TokenId[],
  uncut: readonly TokenId[],
  length: number,
): RowWarning[] {
  const firstOther = prompt.findIndex((id, position) => uncut[position] !== id)
  if (firstOther < 0) return []
  const boundary = characterSpans(tokenizer, prompt).text.length
  const { text, spans } = characterSpans(tokenizer, uncut)
  const across = spans.findIndex(({ start, end }) => start < boundary && boundary < end)
  // Where a normalizer composed a character across the boundary, no token is longer than it: then the first that differs is the one.
  const position = across < firstOther ? firstOther : across
  const span = spans[position]
  return span && position < length ? [{ kind: 'boundary-merge', characters: text.slice(span.start, span.end), position }] : []
}

/** Where the row's own words contain marks like the closing one. */
function endMarksInside(
  tokenizer: Tokenizer,
  { whole, own, addSpecialTokens }: RowText,
  uncut: readonly TokenId[],
  endMark: number,
): number[] {
  const id = uncut[endMark] ?? tokenizer.eosId
  const mark = tokenizer.token(id) ?? tokenizer.eosToken
  const starts: number[] = []
  for (let at = whole.indexOf(mark); at >= 0; at = whole.indexOf(mark, at + mark.length)) starts.push(at)
  // The tokenizer looks for marks before all else, so the n-th in the text is the n-th among the ids.
  const first = addSpecialTokens ? tokenizer.idsBefore.length : 0
  const positions = uncut.flatMap((token, position) => (token === id && position >= first ? [position] : []))
  return starts.flatMap((at, index) => {
    const isOwn = own.some(([start, end]) => at >= start && at < end)
    return isOwn ? (positions[index] ?? []) : []
  })
}
