import type { Row } from '../../contract/row.ts'
import type { RowMeasure } from '../../engine/2-tokens/maskLayout.ts'
import type { Tokenizer } from '../../engine/2-tokens/openTokenizer.ts'
import type { TemplateKind } from '../../engine/2-tokens/rowText.ts'
import { measureRows } from '../../engine/2-tokens/tokeniseRow.ts'
import { createPauses } from '../../files/pauses.ts'
import { tokenCacheOf } from '../tokenCacheOf.ts'

export interface CacheRequest {
  folder: string
  /** No more rows follow for now: what is new is written. */
  isLast: boolean
}

export interface MeasureRequest {
  model: string
  rows: Row[]
  template: TemplateKind
  cache?: CacheRequest
}

/** What rows' tokens say about their masks at every limit; other jobs get their turn in between. @throws TuneDeskError as `tokeniseRows` */
export async function measure(tokenizer: Tokenizer, { rows, template, cache: kept }: MeasureRequest): Promise<RowMeasure[]> {
  const cache = await tokenCacheOf(kept?.folder, tokenizer, template)
  const measures = await measureRows(tokenizer, rows, template, { onRow: createPauses(), cache })
  if (kept?.isLast) await cache?.save()
  return measures
}
