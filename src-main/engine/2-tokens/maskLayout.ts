import type { RowWarning, TokenReason } from './tokenisedRow.ts'

/** What is learned: the answer and its end mark, or every token. */
export type LossOn = 'answer' | 'everything'

export interface MaskOptions {
  /** Ids that a row keeps, special ones included; what lies behind is cut off. */
  maxLength: number
  lossOn: LossOn
}

/**
 * What a row's tokens say about its mask before a limit is laid on them: plain numbers, enough to know at every limit what is learned and what
 * is lost without tokenising again.
 */
export interface RowMeasure {
  /** Ids of the whole row, special ones included. */
  length: number
  /** Ids that the tokenizer itself puts before and behind a text; these stay where a text is cut. */
  before: number
  behind: number
  /** Ids of the prompt, tokenised on its own. */
  promptLength: number
  /** Position of the token that closes the row; -1 where there is none. */
  endMark: number
  /** The token that covers characters on both sides of the boundary, where there is one. */
  merge: { characters: string; position: number } | null
  /** Positions of marks like the closing one that the row's own words contain. */
  endMarksInside: number[]
}

/** Where the parts of a row lie under a limit. */
export interface MaskLayout {
  /** Ids kept of those before `behind`. */
  kept: number
  /** Ids that the row has then. */
  length: number
  /** So many ids at its beginning are not learned. */
  masked: number
  /** Position of the end mark where it is learned; else -1. */
  endMark: number
  /** Tokens that teach the model: the first is never predicted (see `trainedTokens`). */
  taught: number
  counts: Record<TokenReason, number>
  warnings: RowWarning[]
}

/** What a limit and a choice of what is learned make of a row. The only place where this is decided. */
export function maskLayout(measure: RowMeasure, { maxLength, lossOn }: MaskOptions): MaskLayout {
  const { before, behind, promptLength, merge } = measure
  // What a tokenizer adds behind a text stands behind a truncated one too (tokenizers' Rust library, TokenizerImpl::post_process).
  const end = measure.length - behind
  const kept = Math.min(end, Math.max(before, maxLength - behind))
  const length = kept + behind
  const masked = Math.min(length, lossOn === 'everything' ? 0 : promptLength)
  const taught = Math.max(0, length - Math.max(masked, 1))
  const endMark = measure.endMark >= masked && measure.endMark < kept ? measure.endMark : -1
  const cutOff = end - kept

  const warnings: RowWarning[] = []
  if (lossOn === 'answer' && merge && merge.position < length) warnings.push({ kind: 'boundary-merge', ...merge })
  if (taught === 0) warnings.push({ kind: 'nothing-to-learn' })
  const lostTokens = Math.min(cutOff, end - (lossOn === 'everything' ? 0 : promptLength))
  if (lostTokens > 0) warnings.push({ kind: 'answer-cut', lostTokens })
  if (endMark < 0) warnings.push({ kind: 'end-mark-missing' })
  for (const position of measure.endMarksInside) if (position < kept) warnings.push({ kind: 'end-mark-inside', position })

  const endMarks = endMark < 0 ? 0 : 1
  return {
    kept,
    length,
    masked,
    endMark,
    taught,
    counts: { given: masked, learned: length - masked - endMarks, 'end-mark': endMarks, 'cut-off': cutOff },
    warnings,
  }
}
