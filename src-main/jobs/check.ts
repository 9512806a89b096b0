import { z } from 'zod'
import type { MaskedToken } from '../contract/maskedToken.ts'
import { characterSpans } from '../engine/2-tokens/characterSpans.ts'
import { openTokenizer, type Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { tokeniseRows, type RowHooks } from '../engine/2-tokens/tokeniseRow.ts'
import type { TokenisedRow, TokenReason } from '../engine/2-tokens/tokenisedRow.ts'
import { padBatch, type PaddedBatch } from '../engine/3-batches/padBatch.ts'
import { trainedTokens } from '../engine/3-batches/trainedTokens.ts'
import { trainingSettingsSchema } from '../contract/trainingSettings.ts'
import { openDataset, requireRows, type NumberedRow, type OpenedDataset } from './dataset.ts'
import { checkRequest } from './request.ts'
import { tokenCacheOf } from './tokenCacheOf.ts'

export const maskSettingsSchema = trainingSettingsSchema.pick({ max_length: true, loss_on: true, template: true })
export type MaskSettings = z.output<typeof maskSettingsSchema>

const checkSchema = z.strictObject({
  data: z.string(),
  model: z.string(),
  /** Where rows that were tokenised are kept; unless given, nowhere. */
  cache: z.string().optional(),
  ...maskSettingsSchema.shape,
})
export type CheckRequest = z.input<typeof checkSchema>

export interface CheckedRow {
  tokenised: TokenisedRow
  /** The row's tokens, those behind `max_length` included. A character of several tokens stands in the first of them. */
  tokens: MaskedToken[]
  /** Tokens that teach the model. */
  taught: number
}

export interface CheckReport {
  name: string
  settings: MaskSettings
  rows: CheckedRow[]
  findings: OpenedDataset['findings']
  /** Over all rows; `cut-off` counts what lies behind `max_length`. */
  counts: Record<TokenReason, number>
  /** Tokens that teach the model, and all that it reads. */
  taught: number
  total: number
  padId: number
}

/** What a model would learn from these rows: the trainer's own arrays. @throws TuneDeskError of the rows, the tokenizer, the template */
export async function checkRowsOf(request: CheckRequest): Promise<CheckReport> {
  const { data, model, cache: folder, ...settings } = checkRequest(checkSchema, request)
  const dataset = await openDataset(data)
  requireRows(dataset)
  const tokenizer = await openTokenizer(model)
  try {
    const cache = await tokenCacheOf(folder, tokenizer, settings.template)
    const tokenised = await tokenise(tokenizer, dataset.rows, settings, { cache })
    await cache?.save()
    const rows = tokenised.map((row) => showRow(tokenizer, row))
    return {
      name: dataset.name,
      settings,
      rows,
      findings: dataset.findings,
      counts: countReasons(rows),
      taught: rows.reduce((sum, { taught }) => sum + taught, 0),
      total: rows.reduce((sum, { tokenised }) => sum + tokenised.ids.length, 0),
      padId: tokenizer.padId,
    }
  } finally {
    await tokenizer.close()
  }
}

/** Rows under the numbers that they have in their file. */
export async function tokenise(
  tokenizer: Tokenizer,
  rows: readonly NumberedRow[],
  { max_length, loss_on, template }: MaskSettings,
  hooks: RowHooks = {},
): Promise<TokenisedRow[]> {
  const options = { maxLength: max_length, lossOn: loss_on, template }
  const tokenised = await tokeniseRows(
    tokenizer,
    rows.map(({ row }) => row),
    options,
    hooks,
  )
  return tokenised.map((each, i) => ({ ...each, row: rows[i]?.index ?? i }))
}

/** The rows in batches of `size`, padded on the right as the model of the tutorial gets them. */
export function paddedBatches({ rows, padId }: CheckReport, size: number): PaddedBatch[] {
  const tokenised = rows.map((row) => row.tokenised)
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    padBatch(tokenised.slice(i * size, (i + 1) * size), padId),
  )
}

/** A row's tokens with their text, those behind the limit included. */
export function showRow(tokenizer: Tokenizer, tokenised: TokenisedRow): CheckedRow {
  const ids = [...tokenised.ids, ...tokenised.cutOff]
  const { text, spans } = characterSpans(tokenizer, ids)
  let shown = 0
  const tokens = ids.map((id, i): MaskedToken => {
    const { start = shown, end = shown, partial = false } = spans[i] ?? {}
    const piece = text.slice(Math.max(start, shown), end)
    shown = Math.max(shown, end)
    return { id, text: piece, partOf: partial ? text.slice(start, end) : null, reason: tokenised.reasons[i] ?? 'cut-off' }
  })
  return { tokenised, tokens, taught: trainedTokens([tokenised]) }
}

function countReasons(rows: readonly CheckedRow[]): Record<TokenReason, number> {
  const counts = { given: 0, learned: 0, 'end-mark': 0, 'cut-off': 0 }
  for (const { tokens } of rows) for (const { reason } of tokens) counts[reason]++
  return counts
}
