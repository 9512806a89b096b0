import { z } from 'zod'
import { call, event } from '../define.ts'
import type { MaskedToken } from '../maskedToken.ts'
import type { RowFault } from '../rowFault.ts'
import type { RowWarning } from '../rowWarning.ts'
import type { TokenReason } from '../tokenReason.ts'
import { project } from './projects.ts'
import type { RowId } from './rows.ts'
import type { Problem } from './runs.ts'

/** What rows are looked for by: their warnings, and that they are left out of the training. */
export const ROW_MARKS = [
  'nothing-to-learn',
  'answer-cut',
  'end-mark-missing',
  'end-mark-inside',
  'boundary-merge',
  'left-out',
] as const satisfies readonly (RowWarning['kind'] | 'left-out')[]
export type RowMark = (typeof ROW_MARKS)[number]

const id = z.int().nonnegative()
const position = z.int().nonnegative()
const maxLength = z.int().min(2)

/** What becomes of a row: learned from, kept for the test, or left out because the trainer cannot use it. */
export type RowUse = 'learned-from' | 'held-out' | 'left-out'

/** A row in the list. */
export interface LearnedRow {
  id: RowId
  /** Position within the project, from 0. */
  position: number
  /** How the row begins. */
  excerpt: string
  use: RowUse
  /** Tokens of the whole row, those that are kept and those that teach the model; null where it is left out or not tokenised yet. */
  tokens: { length: number; kept: number; taught: number } | null
  marks: RowMark[]
}

/**
 * Why a token is learned or not, beyond its reason.
 * - `question`, `answer`: of the row's own words
 * - `across`: has characters of both
 * - `template`: written by the chat template
 * - `tokenizer`: put around the text by the tokenizer, such as a begin mark
 * - `first`: learned, but nothing stands before it from which it could be predicted
 * - `end-mark`: closes the row
 * - `limit`: lies behind `max_length`
 */
export type TokenWhy = 'question' | 'answer' | 'across' | 'template' | 'tokenizer' | 'first' | 'end-mark' | 'limit'

export interface ExplainedToken extends MaskedToken {
  why: TokenWhy
}

/** A row as the model reads it and learns it. */
export interface ExaminedRow {
  /** Tokens from `start` on, those behind the limit at the end. */
  tokens: ExplainedToken[]
  start: number
  /** Tokens in all, those behind the limit included. */
  tokenCount: number
  counts: Record<TokenReason, number>
  /** Tokens that teach the model, and all that it reads. */
  taught: number
  total: number
  warnings: RowWarning[]
  /** The final text, end mark included, and where in it the answer begins; a very long one is cut. */
  text: string
  answerStart: number
  isTextCut: boolean
}

export interface LearnsRow extends ExaminedRow {
  id: RowId
  position: number
  use: RowUse
  /** Why it is left out, where it is: it has no tokens then. */
  fault: RowFault | null
}

/** What the model learns from all rows by the project's plan: whole, or what is known so far. */
export interface LearnsOverview {
  project: string
  /** Grows with every change of this overview. */
  seq: number
  /** Of the rows that it was made from. */
  version: number
  settings: { model: string; max_length: number; loss_on: 'answer' | 'everything'; template: 'plain' | 'chat' }
  /**
   * - `empty`: there are no rows
   * - `tokenising`: of `total` usable rows `done` are known
   * - `stopped` by the person, with `done` of them known
   * - `known`
   * - `failed`: by `problem`
   */
  phase: 'empty' | 'tokenising' | 'stopped' | 'known' | 'failed'
  problem: Problem | null
  done: number
  total: number
  rows: Record<RowUse, number>
  /** How many tokens the usable rows have, ascending: [tokens, rows]. */
  lengths: [length: number, rows: number][]
  /** Of the rows that are learned from. */
  counts: Record<TokenReason, number>
  /** Tokens of one epoch that teach the model, and all that it reads. */
  taught: number
  read: number
  /** Rows with something to look at, by what it is; the first few of them in the project's order. */
  marks: { mark: RowMark; count: number; ids: RowId[] }[]
  /** Why training would be refused or be meaningless; empty where it can start. Known when all rows are. */
  blockers: Problem[]
  /** Null where the model cannot be read. */
  hasChatTemplate: boolean | null
}

/** A batch as the model gets it: each array has a line for a row and a column for a position. Packed rows are not padded: each line is as long as its row. */
export interface LearnsBatch {
  packed: boolean
  /** From 0, of so many in the first epoch. */
  index: number
  count: number
  /** The optimizer step that it belongs to, from 1. */
  step: number
  rows: { id: RowId; position: number }[]
  input_ids: number[][]
  attention_mask: (0 | 1)[][]
  labels: number[][]
  states: (TokenReason | 'padding')[][]
  /** The characters of each token. */
  texts: string[][]
  padId: number
  padToken: string
}

/** What a limit would take away. Nothing is changed by asking. */
export interface CutPreview {
  maxLength: number
  /** Rows that lose something, the tokens that they lose, and the rows of which nothing is left to learn. */
  rows: number
  tokens: number
  emptied: number
  /** The very words, of the first rows that lose some. */
  words: CutWords[]
}

export interface CutWords {
  id: RowId
  position: number
  /** What stands before the cut; of a long text only the end, behind an ellipsis. */
  kept: string
  /** What is lost; of a long text only the beginning. */
  cut: string
  isLonger: boolean
  tokens: number
}

export const learns = {
  calls: {
    /**
     * What is known now. Where rows or plan have changed since, it begins to find out; `learns.changed` tells how far it is.
     * With `resume` it goes on with what was stopped.
     */
    'learns.overview': call<LearnsOverview>()(z.strictObject({ project, resume: z.boolean().default(false) })),
    /** Ends the finding out. What is known stays known. */
    'learns.stop': call<null>()(z.strictObject({ project })),
    /** Rows of the list from a position to another; with a mark only those that have it. */
    'learns.rows': call<{ seq: number; count: number; start: number; rows: LearnedRow[] }>()(
      z.strictObject({ project, mark: z.enum(ROW_MARKS).nullable(), start: position, end: position }),
    ),
    /** Where a row stands in the list; null where it is not in it. */
    'learns.locate': call<{ at: number | null }>()(z.strictObject({ project, mark: z.enum(ROW_MARKS).nullable(), id })),
    /** A row's tokens, at most 2,000 from `start` on; null where the row is gone. @throws of the model, the tokenizer, the template */
    'learns.row': call<LearnsRow | null>()(z.strictObject({ project, id, start: position.default(0) })),
    /** A batch of the first epoch, in the trainer's own order; the last one for a larger `index`. @throws whatever keeps training from starting */
    'learns.batch': call<LearnsBatch>()(z.strictObject({ project, index: position })),
    /** @throws of the model, the tokenizer, the template */
    'learns.cutWords': call<CutPreview>()(z.strictObject({ project, maxLength })),
  },
  events: {
    /** At most ten a second. */
    'learns.changed': event<LearnsOverview>(),
  },
}
