import type { LearnsBatch } from '../../contract/areas/learns.ts'
import type { Row } from '../../contract/row.ts'
import type { Tokenizer } from '../../engine/2-tokens/openTokenizer.ts'
import { padBatch } from '../../engine/3-batches/padBatch.ts'
import { showRow, tokenise, type MaskSettings } from '../check.ts'

export interface CollationRequest {
  model: string
  rows: Row[]
  settings: MaskSettings
  /** Whether the rows are packed: then none is padded. */
  packed: boolean
}

export type CollatedRows = Omit<LearnsBatch, 'index' | 'count' | 'step' | 'rows'>

/** Rows as one batch, padded or packed as the Trainer's model gets it. @throws TuneDeskError as `tokeniseRows` */
export async function collateRows(tokenizer: Tokenizer, { rows, settings, packed }: CollationRequest): Promise<CollatedRows> {
  const numbered = rows.map((row, index) => ({ row, index }))
  const tokenised = await tokenise(tokenizer, numbered, settings)
  const parts = (packed ? tokenised.map((row) => [row]) : [tokenised]).map((part) => padBatch(part, tokenizer.padId))
  const length = (line: number): number => input_ids[line]?.length ?? 0
  const input_ids = parts.flatMap((part) => part.input_ids)
  const { padId, padToken } = tokenizer
  return {
    packed,
    input_ids,
    attention_mask: parts.flatMap((part) => part.attention_mask),
    labels: parts.flatMap((part) => part.labels),
    states: tokenised.map(({ reasons }, line) =>
      Array.from({ length: length(line) }, (_, position) => reasons[position] ?? 'padding'),
    ),
    texts: tokenised.map((row, line) => {
      const { tokens } = showRow(tokenizer, row)
      return Array.from({ length: length(line) }, (_, position) =>
        position < row.ids.length ? (tokens[position]?.text ?? '') : padToken,
      )
    }),
    padId,
    padToken,
  }
}
