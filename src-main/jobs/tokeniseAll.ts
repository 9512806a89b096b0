import type { TrainingSettings } from '../contract/trainingSettings.ts'
import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import type { TokenisedRow } from '../engine/2-tokens/tokenisedRow.ts'
import { createPauses } from '../files/pauses.ts'
import { tokenise } from './check.ts'
import type { NumberedRow } from './dataset.ts'
import { tokenCacheOf } from './tokenCacheOf.ts'

/** A training's rows as its engine takes them. */
export interface TokenisedRows {
  rows: TokenisedRow[]
  heldOutRows: TokenisedRow[]
}

export interface TokenisingHooks {
  /** How many rows are tokenised, of how many: a few times a second, before the run begins. */
  onTokenise?: (done: number, total: number) => void
  signal?: AbortSignal
}

interface RowsToTokenise {
  rows: readonly NumberedRow[]
  heldOutRows: readonly NumberedRow[]
  settings: TrainingSettings
  cache: string | undefined
}

/** So few are done at once. */
const ROWS_BETWEEN_COUNTS = 256
const MILLISECONDS_BETWEEN_COUNTS = 100

/** @throws the signal's reason where it ends the work, unless that says to end with what there is */
export async function tokeniseAll(
  tokenizer: Tokenizer,
  { rows, heldOutRows, settings, cache: folder }: RowsToTokenise,
  { onTokenise, signal }: TokenisingHooks,
): Promise<TokenisedRows> {
  const cache = await tokenCacheOf(folder, tokenizer, settings.template)
  const rest = createPauses()
  let told = performance.now()
  const behind = (before: number) => (done: number) => {
    if (done % ROWS_BETWEEN_COUNTS === 0 && performance.now() - told > MILLISECONDS_BETWEEN_COUNTS) {
      told = performance.now()
      onTokenise?.(before + done, rows.length + heldOutRows.length)
    }
    if (signal?.reason !== 'keep') signal?.throwIfAborted()
    return rest()
  }
  try {
    return {
      rows: await tokenise(tokenizer, rows, settings, { cache, onRow: behind(0) }),
      heldOutRows: await tokenise(tokenizer, heldOutRows, settings, { cache, onRow: behind(rows.length) }),
    }
  } finally {
    await cache?.save()
  }
}
