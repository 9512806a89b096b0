import { TuneDeskError } from '../../contract/error.ts'
import { GREEDY_CHOICE, type StopReason } from '../../contract/generation.ts'
import type { Tokenizer } from '../2-tokens/openTokenizer.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import { mersenneTwister } from '../3-batches/mersenneTwister.ts'
import type { Reading } from './decoderSession.ts'
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
export const GREEDY: GenerationSettings = { ...GREEDY_CHOICE, stop_strings: [] }

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
  const reading = decoder.begin(prompt)
  try {
    let logits = limit > 0 ? await readPrompt(reading, prompt, signal) : null
    while (logits) {
      penaliseRepetition(logits, before, penalty)
      const id = sampleToken(logits, settings, random)
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
      logits = await reading.read([id])
    }
  } finally {
    reading.end()
  }
  tell(stream.end())
  if (reason === 'length' && ids.length < limit) reason = 'aborted'
  return { text, ids, reason, tokensPerSecond: (ids.length * 1000) / (performance.now() - started) }
}

/**
 * Reads what is not yet read of a prompt.
 * @returns scores of what follows it; null where the signal came before the end
 */
async function readPrompt(
  reading: Reading,
  prompt: readonly TokenId[],
  signal: AbortSignal | undefined,
): Promise<Float32Array | null> {
  let logits: Float32Array | null = null
  while (reading.length < prompt.length) {
    if (signal?.aborted) return null
    logits = await reading.read(prompt.slice(reading.length, reading.length + PROMPT_PIECE))
  }
  return logits
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
