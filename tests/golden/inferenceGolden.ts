import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SamplingSettings } from '../../src-main/engine/8-infer/sampleToken.ts'

/** What transformers and sacrebleu compute, made by data/make_inference.py. */
interface InferenceGolden {
  ropes: {
    head_size: number
    rope_parameters: Record<string, unknown>
    inverse_frequencies: number[]
    attention_factor: number
  }[]
  variants: Record<string, { input_ids: number[]; logits: number[]; greedy: number[] }>
  sampling: {
    settings: Partial<SamplingSettings> & { repetition_penalty?: number }
    logits: number[]
    previous: number[]
    probabilities: number[]
  }[]
  chrf: { hypothesis: string; reference: string; chrf: number }[]
}

export const inferenceFolder = (name: string): string => fileURLToPath(new URL(`data/inference/${name}`, import.meta.url))

export const readInferenceGolden = (): InferenceGolden =>
  JSON.parse(readFileSync(inferenceFolder('inference.json'), 'utf8')) as InferenceGolden
