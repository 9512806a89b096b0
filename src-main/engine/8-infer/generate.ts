import { TuneDeskError } from '../../contract/error.ts'
import { GREEDY_CHOICE, type StopReason } from '../../contract/generation.ts'
import type { Tokenizer } from '../2-tokens/openTokenizer.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import { mersenneTwister } from '../3-batches/mersenneTwister.ts'
import type { Reading } from './decoderSession.ts'
import { followDraft } from './followDraft.ts'
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
  /** Looked at before each reading: of a piece of a long prompt, of a token, or of some that were guessed. */
  signal?: AbortSignal
  /**
   * What the answer is likely to be, or to quote. The model reads it along and takes of it what it would have said itself, so the answer is the same,
   * and sooner there where the guess is right: reading many tokens at once takes hardly longer than one.
   */
  draft?: readonly TokenId[]
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
  { onText, signal, draft }: GenerationHooks = {},
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
  /** Takes the next token. @returns why nothing comes behind it; null where something does */
  const say = (id: TokenId): StopReason | null => {
    ids.push(id)
    before.add(id)
    if (ends.has(id)) return 'end-mark'
    if (!tokenizer.specialIds.has(id)) tell(stream.push(id))
    if (stream.stopped) return 'stop-string'
    return ids.length === limit ? 'length' : null
  }

  const started = performance.now()
  let reason: StopReason | null = limit > 0 ? null : 'length'
  const guesses = draft ? followDraft(draft) : null
  const reading = decoder.begin(prompt)
  try {
    while (reason === null) {
      const guess = guesses?.ahead(limit - ids.length - 1) ?? []
      const scores = await readOn(reading, [...prompt, ...ids], guess, signal)
      if (scores === null) break
      for (const [i, logits] of scores.entries()) {
        penaliseRepetition(logits, before, penalty)
        const id = sampleToken(logits, settings, random)
        guesses?.push(id)
        reason = say(id)
        if (reason !== null || id !== guess[i]) break
      }
      reading.cut(prompt.length + ids.length - 1)
    }
  } finally {
    reading.end()
  }
  tell(stream.end())
  return { text, ids, reason: reason ?? 'aborted', tokensPerSecond: (ids.length * 1000) / (performance.now() - started) }
}

/**
 * Reads what is not yet read of a text, and a guess behind it.
 * @returns scores of what follows the text and each token of the guess; null where the signal came before the end
 */
async function readOn(
  reading: Reading,
  text: readonly TokenId[],
  guess: readonly TokenId[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[] | null> {
  while (!signal?.aborted) {
    const isLast = text.length - reading.length <= PROMPT_PIECE
    const piece = text.slice(reading.length, reading.length + PROMPT_PIECE)
    const kept = isLast ? guess.length + 1 : 1
    const logits = await reading.read(isLast ? [...piece, ...guess] : piece, kept)
    const vocabulary = logits.length / kept
    if (isLast) return Array.from({ length: kept }, (_, i) => logits.subarray(i * vocabulary, (i + 1) * vocabulary))
  }
  return null
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
