import { TuneDeskError } from '../../contract/error.ts'
import type { Tokenizer } from '../2-tokens/openTokenizer.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import { mersenneTwister } from '../3-batches/mersenneTwister.ts'
import type { DecoderSession, DecoderStep } from './decoderSession.ts'
import type { InferenceModel } from './openModel.ts'
import { penaliseRepetition, sampleToken, type SamplingSettings } from './sampleToken.ts'
import { createTextStream } from './textStream.ts'

/** Names and meanings of transformers' GenerationConfig. */
export interface GenerationSettings extends SamplingSettings {
  max_new_tokens: number
  /** Null: as the model's generation_config.json says, else 1. */
  repetition_penalty: number | null
  stop_strings: readonly string[]
  seed: number
}

/** The likeliest token each time. */
export const GREEDY: GenerationSettings = {
  max_new_tokens: 256,
  temperature: 0,
  top_k: 0,
  top_p: 1,
  repetition_penalty: null,
  stop_strings: [],
  seed: 42,
}

export type StopReason = 'end-mark' | 'length' | 'stop-string' | 'aborted'

export interface Generation {
  /** Without prompt, special tokens and stop string. */
  text: string
  /** The new tokens, the end mark and a stop string's included. */
  ids: TokenId[]
  reason: StopReason
  tokensPerSecond: number
}

export interface GenerationHooks {
  /** Called with each piece of text, in whole characters. */
  onText?: (piece: string) => void
  /** Looked at before each token and each piece of a long prompt. */
  signal?: AbortSignal
}

/** A prompt is read in pieces of so many tokens: attention's scores take memory by the square, and a stop waits for no more than one. */
const PROMPT_PIECE = 512

/**
 * Goes on from a prompt. Greedy gives the tokens of transformers' generate; sampling is reproducible by its seed.
 * @param prompt ids, one at least
 * @throws TuneDeskError infer/prompt-too-long, infer/empty-prompt
 */
export async function generate(
  model: InferenceModel,
  tokenizer: Tokenizer,
  prompt: readonly TokenId[],
  settings: GenerationSettings,
  { onText, signal }: GenerationHooks = {},
): Promise<Generation> {
  if (prompt.length === 0) throw new TuneDeskError('infer/empty-prompt')
  if (prompt.length >= model.contextLength)
    throw new TuneDeskError('infer/prompt-too-long', { tokens: prompt.length, limit: model.contextLength })

  const { decoder } = model
  const ends = endIds(model, tokenizer)
  const penalty = repetitionPenalty(model, settings)
  const limit = Math.min(settings.max_new_tokens, model.contextLength - prompt.length)
  const random = uniform(settings.seed)
  const stream = createTextStream((some) => tokenizer.decode(some), settings.stop_strings)
  const ids: TokenId[] = []
  const before = new Set(prompt)
  let text = ''
  const tell = (piece: string): void => {
    if (piece === '') return
    text += piece
    onText?.(piece)
  }

  const started = performance.now()
  let reason: StopReason = 'length'
  let step = limit > 0 ? await readPrompt(decoder, prompt, signal) : null
  while (step) {
    penaliseRepetition(step.logits, before, penalty)
    const id = sampleToken(step.logits, settings, random)
    ids.push(id)
    before.add(id)
    if (ends.has(id)) {
      reason = 'end-mark'
      break
    }
    if (!tokenizer.specialIds.has(id)) tell(stream.push(id))
    if (stream.stopped) {
      reason = 'stop-string'
      break
    }
    if (ids.length === limit || signal?.aborted) break
    step = await decoder.read([id], step.cache)
  }
  tell(stream.end())
  if (reason === 'length' && ids.length < limit) reason = 'aborted'
  return { text, ids, reason, tokensPerSecond: (ids.length * 1000) / (performance.now() - started) }
}

/** @returns null where the signal came before the end */
async function readPrompt(
  decoder: DecoderSession,
  prompt: readonly TokenId[],
  signal: AbortSignal | undefined,
): Promise<DecoderStep | null> {
  let step: DecoderStep | null = null
  for (let start = 0; start < prompt.length; start += PROMPT_PIECE) {
    if (signal?.aborted) return null
    step = await decoder.read(prompt.slice(start, start + PROMPT_PIECE), step?.cache ?? decoder.emptyCache)
  }
  return step
}

/** Ids that end an answer: of the model's files, and the tokenizer's own. */
function endIds({ files }: InferenceModel, tokenizer: Tokenizer): Set<TokenId> {
  const ids = [files.generationConfig['eos_token_id'], files.config['eos_token_id'], tokenizer.eosId].flat()
  return new Set(ids.filter((id): id is TokenId => typeof id === 'number'))
}

function repetitionPenalty({ files }: InferenceModel, { repetition_penalty }: GenerationSettings): number {
  if (repetition_penalty !== null) return repetition_penalty
  const own = files.generationConfig['repetition_penalty']
  return typeof own === 'number' && own > 0 ? own : 1
}

/** Uniform numbers in [0, 1), as fine as a double has them. */
function uniform(seed: number): () => number {
  const next = mersenneTwister(seed)
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
}
