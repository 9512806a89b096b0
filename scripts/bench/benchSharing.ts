import { env } from 'onnxruntime-node'
import type { TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { randomSource } from '../starter/random.ts'
import { initialWeights } from '../starter/model/initialWeights.ts'
import { roundsOption, type Benchmark, type BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'
import { spread } from './spread.ts'

/** Rows of one batch: how many, and of each the tokens that all begin with, those of its own and those that are learned. */
interface Shape {
  name: string
  rows: number
  beginning: number
  own: number
  learned: number
}

const SHAPES: readonly Shape[] = [
  { name: 'nothing in common', rows: 8, beginning: 0, own: 64, learned: 20 },
  { name: 'a begin mark in common', rows: 8, beginning: 1, own: 63, learned: 20 },
  { name: 'a short request in common', rows: 8, beginning: 8, own: 24, learned: 10 },
  { name: 'a long instruction in common', rows: 8, beginning: 96, own: 32, learned: 12 },
]

interface SharingResult extends BenchmarkResult {
  shapes: SharingOfShape[]
}

interface SharingOfShape {
  rows: string
  /** Tokens of all rows, and those that are laid. */
  tokens: number
  laid: number
  /** Seconds of a forward and a backward pass, of every round. */
  shared: number[]
  apart: number[]
}

/** Forward and backward pass with beginnings shared and without, in turn, on SmolLM2-135M's shape with random weights. */
async function measure({ tiny, rounds }: { tiny: boolean; rounds: number }): Promise<SharingResult> {
  const config = parseConfig({
    model_type: 'llama',
    ...(tiny
      ? { hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 }
      : { hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9, num_key_value_heads: 3 }),
    vocab_size: tiny ? 4096 : 49152,
    hidden_act: 'silu',
    initializer_range: 0.02,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
    tie_word_embeddings: true,
  })
  const model = await createDecoder(config, await createOrtExecutor(), initialWeights(config, 1))
  const results: SharingOfShape[] = []
  try {
    for (const shape of SHAPES) {
      const rows = rowsOf(shape, config.vocabularySize)
      const batches = [true, false].map((shareBeginnings) => packBatch(rows, { shareBeginnings }))
      const seconds: number[][] = batches.map(() => [])
      // The first round only touches the memory.
      for (let round = 0; round <= rounds; round++)
        for (const [way, batch] of batches.entries()) {
          const started = performance.now()
          await model.accumulateGradients(batch, 1)
          if (round > 0) seconds[way]?.push((performance.now() - started) / 1000)
        }
      const [shared = [], apart = []] = seconds
      const [laid = NaN, tokens = NaN] = batches.map(({ inputIds }) => inputIds.length)
      results.push({ rows: shape.name, tokens, laid, shared, apart })
    }
  } finally {
    await model.dispose()
  }
  return { versions: { onnxruntime: env.versions.node ?? '' }, shapes: results }
}

function table({ shapes }: SharingResult): string {
  return formatTable(
    [
      'eight rows with',
      'tokens',
      'laid',
      'apart s, quickest',
      'median',
      'slowest',
      'shared s, quickest',
      'median',
      'slowest',
      'times as quick',
    ],
    shapes.map(({ rows, tokens, laid, shared, apart }) => {
      const [without, beside] = [spread(apart), spread(shared)]
      const seconds = [without, beside].flatMap(({ quickest, median, slowest }) => [quickest, median, slowest])
      const ratio = (without.median / beside.median).toFixed(2)
      return [rows, String(tokens), String(laid), ...seconds.map((value) => value.toFixed(3)), ratio]
    }),
  )
}

function rowsOf({ rows, beginning, own, learned }: Shape, vocabularySize: number): TokenisedRow[] {
  const random = randomSource('shared beginnings')
  const tokens = (count: number): number[] => Array.from({ length: count }, () => Math.floor(random() * vocabularySize))
  const common = tokens(beginning)
  return Array.from({ length: rows }, (_, row) => {
    const ids = [...common, ...tokens(own)]
    const labels = ids.map((id, position) => (position < ids.length - learned ? -100 : id))
    return { row, ids, labels, reasons: [], cutOff: [], warnings: [] }
  })
}

export const sharingBenchmark: Benchmark<{ rounds: number }, SharingResult> = {
  name: 'sharing',
  description: 'a forward and a backward pass over rows that begin alike, with the beginning computed once and for each of them',
  title: 'Rows that begin alike',
  about: `A forward and a backward pass over eight rows, on the shape of SmolLM2-135M with random weights, with beginnings computed for each row apart and
once for all (docs/adr/0017-shared-beginnings.md). "Laid" are the tokens that are computed then. "Times as quick" compares the medians.`,
  options: [roundsOption('of each way, in turn', 7)],
  measure,
  table,
}
