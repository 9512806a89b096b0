import type { Row } from '../../contract/row.ts'
import { characterSpans } from './characterSpans.ts'
import type { Tokenizer } from './openTokenizer.ts'
import { maskLayout, type MaskOptions, type RowMeasure } from './maskLayout.ts'
import { rowTexts, type RowText, type TemplateKind } from './rowText.ts'
import type { MeasuredRow, TokenCache } from './tokenCache.ts'
import { IGNORE_INDEX, type TokenId, type TokenisedRow } from './tokenisedRow.ts'

/** A row's ids before a limit, and what they say about its mask. */
function measureText(tokenizer: Tokenizer, text: RowText): MeasuredRow {
  const { addSpecialTokens } = text
  const uncut = tokenizer.encode(text.whole, { addSpecialTokens })
  const prompt = tokenizer.encode(text.prompt, { addSpecialTokens })
  const before = addSpecialTokens ? tokenizer.idsBefore.length : 0
  const behind = addSpecialTokens ? tokenizer.idsBehind.length : 0
  const endMark = endMarkPosition(tokenizer, text, uncut.slice(0, uncut.length - behind), prompt.length)
  return {
    uncut,
    measure: {
      length: uncut.length,
      before,
      behind,
      promptLength: prompt.length,
      endMark,
      merge: boundaryMerge(tokenizer, prompt, uncut),
      endMarksInside: endMarksInside(tokenizer, text, uncut, endMark),
    },
  }
}

/**
 * A row's ids and what is learned of them, by the rule of the Hugging Face tutorial:
 * `ids = tokenise(whole)`, truncated; `labels = ids`, the first `tokenise(prompt).length` of them -100. With the chat template this masks what TRL
 * masks for a prompt and its completion: all that the template writes behind the prompt is learned, its end of turn and the line break behind it
 * included (sft_trainer.py, tokenize_fn).
 * @param row index of the row in its dataset, from 0
 */
function layOut({ uncut, measure }: MeasuredRow, row: number, options: MaskOptions): TokenisedRow {
  const { kept, masked, endMark, warnings } = maskLayout(measure, options)
  const end = uncut.length - measure.behind
  const ids = [...uncut.slice(0, kept), ...uncut.slice(end)]
  return {
    row,
    ids,
    labels: ids.map((id, position) => (position < masked ? IGNORE_INDEX : id)),
    reasons: ids.map((_, position) => (position < masked ? 'given' : position === endMark ? 'end-mark' : 'learned')),
    cutOff: uncut.slice(kept, end),
    warnings,
  }
}

/** So many rows are written by a chat template at once. */
const ROWS_AT_ONCE = 500

export interface RowHooks {
  /** Awaited behind each row: lets others have their turn, tells how many are done, or throws to end the work. */
  onRow?: (done: number) => Promise<void> | undefined
  /** Rows that it knows are not tokenised again. */
  cache?: TokenCache | null
}

async function* measured(
  tokenizer: Tokenizer,
  rows: readonly Row[],
  template: TemplateKind,
  { onRow, cache = null }: RowHooks,
): AsyncGenerator<MeasuredRow> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const chunk = rows.slice(start, start + ROWS_AT_ONCE).map((row) => ({ row, known: cache?.find(row) }))
    const unknown = chunk.flatMap(({ row, known }) => (known ? [] : [row]))
    const texts = (await rowTexts(tokenizer, unknown, template)).values()
    for (const [i, { row, known }] of chunk.entries()) {
      const found = known ?? measureText(tokenizer, required(texts.next().value))
      if (!known) cache?.keep(row, found)
      yield found
      await onRow?.(start + i + 1)
    }
  }
}

/**
 * What the rows' tokens say about their masks, at every limit.
 * @throws TuneDeskError as `rowTexts`; what `onRow` throws
 */
export async function measureRows(
  tokenizer: Tokenizer,
  rows: readonly Row[],
  template: TemplateKind,
  hooks: RowHooks = {},
): Promise<RowMeasure[]> {
  const measures: RowMeasure[] = []
  for await (const { measure } of measured(tokenizer, rows, template, hooks)) measures.push(measure)
  return measures
}

/**
 * Rows as the mask view shows them and the trainer eats them.
 * @throws TuneDeskError as `rowTexts`; what `onRow` throws
 */
export async function tokeniseRows(
  tokenizer: Tokenizer,
  rows: readonly Row[],
  options: MaskOptions & { template: TemplateKind },
  hooks: RowHooks = {},
): Promise<TokenisedRow[]> {
  const tokenised: TokenisedRow[] = []
  for await (const row of measured(tokenizer, rows, options.template, hooks))
    tokenised.push(layOut(row, tokenised.length, options))
  return tokenised
}

/** One row, by its index in its dataset. */
export async function tokeniseRow(
  tokenizer: Tokenizer,
  row: Row,
  index: number,
  options: MaskOptions & { template: TemplateKind },
): Promise<TokenisedRow> {
  const [tokenised] = await tokeniseRows(tokenizer, [row], options)
  return { ...required(tokenised), row: index }
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a row gives a row')
  return value
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
function boundaryMerge(tokenizer: Tokenizer, prompt: readonly TokenId[], uncut: readonly TokenId[]): RowMeasure['merge'] {
  const firstOther = prompt.findIndex((id, position) => uncut[position] !== id)
  if (firstOther < 0) return null
  const boundary = characterSpans(tokenizer, prompt).text.length
  const { text, spans } = characterSpans(tokenizer, uncut)
  const across = spans.findIndex(({ start, end }) => start < boundary && boundary < end)
  // Where a normalizer composed a character across the boundary, no token is longer than it: then the first that differs is the one.
  const position = across < firstOther ? firstOther : across
  const span = spans[position]
  return span ? { characters: text.slice(span.start, span.end), position } : null
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
