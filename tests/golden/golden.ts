import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import type { TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import type { Batch } from '../../src-main/engine/3-batches/batch.ts'
import type { ModelConfig } from '../../src-main/engine/4-graph/config.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import type { NamedTensor } from '../../src-main/engine/6-train/trainableModel.ts'
import { openSafetensors } from '../../src-main/files/readSafetensors.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'

/** PyTorch's numbers, made by data/make_golden.py; what they hold and how close to come is in data/README.md. */
export const FAMILIES = ['qwen2', 'llama', 'qwen3', 'mistral'] as const
export type GoldenFamily = (typeof FAMILIES)[number]

export interface GoldenStep {
  step: number
  lr: number
  loss: number
  grad_norm: number
}
interface GoldenRow {
  input_ids: number[]
  labels: number[]
}
export interface Golden {
  loss: number
  grad_norm: number
  trained_tokens: number
  batch_rows: GoldenRow[]
  steps: GoldenStep[]
  hf_trainer_log: { step: number; loss: number; grad_norm: number; learning_rate: number }[]
  greedy_initial: { text: string; input_ids: number[]; new_ids: number[] }[]
  greedy_final: { text: string; input_ids: number[]; new_ids: number[] }[]
  final_stats: Record<string, { shape: number[]; norm: number; sum: number; stride: number; probe: number[] }>
  accumulation: { rows: GoldenRow[]; steps: GoldenStep[]; final_stats: Golden['final_stats'] }
  ragged: { steps: GoldenStep[] }
  rope_llama3: Record<string, unknown>
}

export const goldenFolder = (family: GoldenFamily): string => fileURLToPath(new URL(`data/${family}`, import.meta.url))
const json = (family: GoldenFamily, name: string): unknown => JSON.parse(readFileSync(`${goldenFolder(family)}/${name}`, 'utf8'))
export const readGolden = (family: GoldenFamily): Golden => json(family, 'golden.json') as Golden
export const goldenConfig = (family: GoldenFamily, change: Record<string, unknown> = {}): ModelConfig =>
  parseConfig({ ...(json(family, 'config.json') as object), ...change })

export async function* goldenWeights(family: GoldenFamily): AsyncGenerator<NamedTensor> {
  const weights = await openWeights(goldenFolder(family))
  try {
    for (const { name, shape } of weights.tensors.values()) yield { name, shape: [...shape], data: await weights.read(name) }
  } finally {
    await weights.close()
  }
}

/** A tensor of golden.safetensors (or another file of the folder). */
export async function goldenTensor(family: GoldenFamily, name: string, file = 'golden.safetensors'): Promise<Float32Array> {
  const opened = await openSafetensors(`${goldenFolder(family)}/${file}`, file)
  try {
    const location = opened.tensors.get(name)
    if (!location) throw new Error(`${file} has no ${name}`)
    return await opened.read(location)
  } finally {
    await opened.close()
  }
}

export const tokenised = ({ input_ids: ids, labels }: GoldenRow, row: number): TokenisedRow => ({
  row,
  ids,
  labels,
  reasons: labels.map((label) => (label < 0 ? 'given' : 'learned')),
  cutOff: [],
  warnings: [],
})

export const goldenBatch = (rows: GoldenRow[]): Batch => packBatch(rows.map(tokenised))

/** ‖a - b‖ / ‖b‖ */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    norm += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(difference / norm)
}
