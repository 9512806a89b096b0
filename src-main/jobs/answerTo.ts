import { GREEDY_CHOICE, type GenerationChoice } from '../contract/generation.ts'
import type { ChatMessage } from '../engine/2-tokens/chatRenderer.ts'
import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { promptIds, type TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { TokenId } from '../engine/2-tokens/tokenisedRow.ts'
import type { Generation, GenerationHooks } from '../engine/8-infer/generate.ts'
import type { Answerer } from './openAnswerer.ts'

/** A conversation up to a question, which is its last message. */
export interface Conversation {
  messages: readonly ChatMessage[]
  /** What the model is told before everything else: the chat template's system message, in plain text what stands before the question. */
  system?: string | undefined
  template: TemplateKind
  settings: GenerationChoice
}

/** Above every seed that the generator takes. */
const SEEDS = 2 ** 32

/**
 * The answer to a conversation's last question. In plain text the question stands alone; with a chat template the model reads what was said
 * before. The same question asked again later in a conversation is answered anew, and the whole conversation is reproducible by its seed.
 * @throws TuneDeskError infer/…, template/…
 */
export async function answerTo(
  { tokenizer, answer }: Answerer,
  conversation: Conversation,
  hooks?: GenerationHooks,
): Promise<Generation> {
  const { messages, settings } = conversation
  const turn = messages.filter(({ role }) => role === 'assistant').length
  const seed = (settings.seed + turn) % SEEDS
  return answer(await promptOf(tokenizer, conversation), { ...GREEDY_CHOICE, stop_strings: [], ...settings, seed }, hooks)
}

async function promptOf(tokenizer: Tokenizer, { messages, system, template }: Conversation): Promise<TokenId[]> {
  if (template === 'plain') {
    const input = messages.at(-1)?.content ?? ''
    const [ids = []] = await promptIds(tokenizer, [{ instruct: system ?? '', input }], template)
    return ids
  }
  const beginning: ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }]
  const [prompt = ''] = await tokenizer.renderChat([{ messages: [...beginning, ...messages], addGenerationPrompt: true }])
  return tokenizer.encode(prompt, { addSpecialTokens: false })
}
