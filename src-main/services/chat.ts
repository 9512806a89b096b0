import { z } from 'zod'
import type { ChatMessage } from '../engine/2-tokens/chatRenderer.ts'
import { promptIds, type TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { TokenId } from '../engine/2-tokens/tokenisedRow.ts'
import { GREEDY, type Generation, type GenerationHooks } from '../engine/8-infer/generate.ts'
import { openAnswerer, runIn, templateOf } from './openAnswerer.ts'
import { checkRequest } from './request.ts'

const number = (expected: string) => z.number({ error: expected })
const generationSchema = z.strictObject({
  max_new_tokens: z.int({ error: 'integer ≥ 1' }).min(1, { error: 'integer ≥ 1' }).default(GREEDY.max_new_tokens),
  temperature: number('≥ 0').min(0, { error: '≥ 0' }).default(GREEDY.temperature),
  top_p: number('0 < x ≤ 1').gt(0, { error: '0 < x ≤ 1' }).lte(1, { error: '0 < x ≤ 1' }).default(GREEDY.top_p),
  top_k: z.int({ error: 'integer ≥ 0' }).min(0, { error: 'integer ≥ 0' }).default(GREEDY.top_k),
  repetition_penalty: number('> 0').gt(0, { error: '> 0' }).nullable().default(GREEDY.repetition_penalty),
  seed: z.int({ error: 'integer ≥ 0' }).min(0, { error: 'integer ≥ 0' }).default(GREEDY.seed),
})

const chatSchema = z.strictObject({
  /** A model's or a run's folder. */
  model: z.string(),
  /** What the model is told before everything else: the chat template's system message, in plain text what stands before each question. */
  system: z.string().optional(),
  template: z.enum(['plain', 'chat'], { error: 'plain | chat' }).optional(),
  settings: generationSchema.prefault({}),
})
export type ChatRequest = z.input<typeof chatSchema>

/** A conversation with a model. In plain text every question stands alone; with a chat template the model reads what was said before. */
export interface Chat {
  readonly template: TemplateKind
  /** Answers; an answer that failed leaves the conversation as it was before. @throws TuneDeskError infer/… */
  send(text: string, hooks?: GenerationHooks): Promise<Generation>
  reset(): void
  close(): Promise<void>
}

/** @throws TuneDeskError usage/…, of the model's files, or tokenizer/no-chat-template */
export async function openChat(request: ChatRequest): Promise<Chat> {
  const { model, system, template: wanted, settings } = checkRequest(chatSchema, request)
  const run = await runIn(model)
  const answerer = await openAnswerer(run?.weightsFolder ?? model)
  const { tokenizer } = answerer
  const template = wanted ?? templateOf(run, tokenizer)
  const beginning: ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }]
  let messages = beginning
  let turn = 0

  const promptOf = async (said: ChatMessage[], text: string): Promise<TokenId[]> => {
    if (template === 'plain') {
      const [ids = []] = await promptIds(tokenizer, [{ instruct: system ?? '', input: text }], template)
      return ids
    }
    const [prompt = ''] = await tokenizer.renderChat([{ messages: said, addGenerationPrompt: true }])
    return tokenizer.encode(prompt, { addSpecialTokens: false })
  }
  return {
    template,
    async send(text, hooks) {
      const said: ChatMessage[] = [...messages, { role: 'user', content: text }]
      const generation = await answerer.answer(
        await promptOf(said, text),
        // The same question asked again is answered anew, and the whole conversation is reproducible.
        { ...GREEDY, ...settings, seed: settings.seed + turn },
        hooks,
      )
      turn += 1
      messages = [...said, { role: 'assistant', content: generation.text }]
      return generation
    },
    reset() {
      messages = beginning
      turn = 0
    },
    close: () => answerer.close(),
  }
}
