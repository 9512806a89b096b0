import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { loraParts } from '../../src-main/engine/4-graph/partsToTrain.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder, type Decoder, type PartialTraining } from '../../src-main/engine/6-train/decoder.ts'
import type { NamedTensor } from '../../src-main/engine/6-train/trainableModel.ts'
import { openSafetensors } from '../../src-main/files/readSafetensors.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { goldenBatch, goldenConfig, goldenFolder, readGolden, type GoldenStep } from './golden.ts'

/** PEFT's numbers over the tiny qwen2: data/qwen2-lora, made by data/make_golden.py. */
const FOLDER = fileURLToPath(new URL('data/qwen2-lora', import.meta.url))
export const GOLDEN = JSON.parse(readFileSync(`${FOLDER}/golden.json`, 'utf8')) as {
  loss_initial: number
  loss_final: number
  steps: GoldenStep[]
}
export const PREFIX = 'base_model.model.'
export const CONFIG = goldenConfig('qwen2')
export const PARTS = loraParts(CONFIG, createSettings({ r: 4 }))
export const BASE = readGolden('qwen2')
export const BATCH = goldenBatch(BASE.batch_rows)

export async function tensors(file: string, prefix: string): Promise<NamedTensor[]> {
  const opened = await openSafetensors(`${FOLDER}/${file}`)
  const found: NamedTensor[] = []
  for (const tensor of opened.tensors.values())
    if (tensor.name.startsWith(prefix))
      found.push({ name: tensor.name.slice(prefix.length), shape: tensor.shape, data: await opened.read(tensor) })
  await opened.close()
  return found
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  for (const item of list) yield await Promise.resolve(item)
}

export const EXECUTORS = {
  reference: () => Promise.resolve(createReferenceExecutor()),
  onnxruntime: () => createOrtExecutor({ threads: 2 }),
}
export type ExecutorName = keyof typeof EXECUTORS
export const EXECUTOR_NAMES = Object.keys(EXECUTORS) as ExecutorName[]

/** @param base the folder of the model beside whose weights the adapter is */
export async function adapted(
  executor: ExecutorName,
  adapter: string,
  { base = goldenFolder('qwen2'), ...change }: Partial<PartialTraining> & { base?: string } = {},
): Promise<Decoder> {
  const frozen = await openWeights(base)
  const decoder = await createDecoder(CONFIG, await EXECUTORS[executor](), each(await tensors(adapter, PREFIX)), {
    parts: PARTS,
    frozen,
    seed: 0,
    ...change,
  })
  await frozen.close()
  return decoder
}

/** A step as PEFT took it, with its gradient norm before. */
export async function goldenStep(model: Decoder, { lr }: GoldenStep): Promise<{ loss: number; norm: number }> {
  const loss = await model.accumulateGradients(BATCH, 1 / BASE.trained_tokens)
  const norm = await model.gradientNorm()
  await model.optimizerStep({
    optim: 'adamw_torch',
    learningRate: lr,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    gradientScale: Math.min(1, 1 / (norm + 1e-6)),
  })
  return { loss: loss / BASE.trained_tokens, norm }
}
