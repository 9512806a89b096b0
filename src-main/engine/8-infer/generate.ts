import {
  BaseStreamer,
  LlamaForCausalLM,
  LogitsProcessor,
  LogitsProcessorList,
  MistralForCausalLM,
  PretrainedConfig,
  Qwen2ForCausalLM,
  Qwen3ForCausalLM,
  random,
  StoppingCriteria,
  StoppingCriteriaList,
  Tensor,
  type TextStreamer,
} from '@huggingface/transformers'
import { TuneDeskError } from '../../contract/error.ts'
import type { Tokenizer } from '../2-tokens/openTokenizer.ts'
import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import type { InferenceModel } from './openModel.ts'
import { sampleToken, type SamplingSettings } from './sampleToken.ts'
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
  /** The new tokens, the end mark included. */
  ids: TokenId[]
  reason: StopReason
  tokensPerSecond: number
}

export interface GenerationHooks {
  /** Called with each piece of text, in whole characters. */
  onText?: (piece: string) => void
  signal?: AbortSignal
}

const MODEL_CLASSES = { qwen2: Qwen2ForCausalLM, llama: LlamaForCausalLM, qwen3: Qwen3ForCausalLM, mistral: MistralForCausalLM }

/** Draws the token here, with a generator of its own, and leaves it as the only choice: the library's sampler has no top-p. */
class Sampling extends LogitsProcessor {
  private readonly settings: SamplingSettings
  private readonly random: () => number

  constructor(settings: SamplingSettings, seed: number) {
    super()
    const generator = new random.Random(seed)
    this.settings = settings
    this.random = () => generator.random()
  }

  override _call(_ids: bigint[][], logits: Tensor): Tensor {
    const scores = logits.data as Float32Array
    const token = sampleToken(scores, this.settings, this.random)
    scores.fill(-Infinity)
    scores[token] = 0
    return logits
  }
}

/** Asked after every token. */
class StopWhen extends StoppingCriteria {
  private readonly done: () => boolean

  constructor(done: () => boolean) {
    super()
    this.done = done
  }

  override _call(ids: unknown[]): boolean[] {
    return ids.map(() => this.done())
  }
}

/** Hears of each new token; the prompt comes first. */
class TokenListener extends BaseStreamer {
  private readonly listen: (id: TokenId) => void
  private prompted = false

  constructor(listen: (id: TokenId) => void) {
    super()
    this.listen = listen
  }

  override put(rows: bigint[][]): void {
    if (this.prompted) for (const id of rows[0] ?? []) this.listen(Number(id))
    this.prompted = true
  }

  override end(): void {
    this.prompted = false
  }
}

/** Ids that end an answer: of the model's files, and the tokenizer's own. */
function endIds({ files }: InferenceModel, tokenizer: Tokenizer): TokenId[] {
  const ids = [files.generationConfig['eos_token_id'], files.config['eos_token_id'], tokenizer.eosId].flat()
  return [...new Set(ids.filter((id): id is TokenId => typeof id === 'number'))]
}

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

  const ends = endIds(model, tokenizer)
  const stream = createTextStream(settings.stop_strings)
  const ids: TokenId[] = []
  let text = ''
  const tell = (piece: string): void => {
    if (piece === '') return
    text += piece
    onText?.(piece)
  }
  const listener = new TokenListener((id) => {
    ids.push(id)
    if (!tokenizer.specialIds.has(id)) tell(stream.push(tokenizer.bytes(id)))
  })

  const { repetition_penalty } = settings
  const library = new MODEL_CLASSES[model.config.family](
    new PretrainedConfig(model.files.config),
    { model: model.session },
    {
      generation_config: model.files.generationConfig,
    },
  )
  const processors = new LogitsProcessorList()
  processors.push(new Sampling(settings, settings.seed))
  const criteria = new StoppingCriteriaList()
  criteria.push(new StopWhen(() => stream.stopped || (signal?.aborted ?? false)))

  const started = performance.now()
  const shape = [1, prompt.length]
  await library.generate({
    inputs: new Tensor('int64', BigInt64Array.from(prompt, BigInt), shape),
    attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), shape),
    max_new_tokens: Math.min(settings.max_new_tokens, model.contextLength - prompt.length),
    do_sample: false,
    eos_token_id: ends,
    ...(repetition_penalty !== null && { repetition_penalty }),
    logits_processor: processors,
    stopping_criteria: criteria,
    // The library's types ask for a TextStreamer, its code for any BaseStreamer.
    streamer: listener as unknown as TextStreamer,
  })
  tell(stream.end())
  const reason = stream.stopped
    ? 'stop-string'
    : ends.includes(ids.at(-1) ?? -1)
      ? 'end-mark'
      : signal?.aborted
        ? 'aborted'
        : 'length'
  return { text, ids, reason, tokensPerSecond: (ids.length * 1000) / (performance.now() - started) }
}
