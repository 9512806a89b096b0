import { z } from 'zod'
import { generationSchema } from '../contract/generation.ts'
import type { ChatMessage } from '../engine/2-tokens/chatRenderer.ts'
import type { TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { Generation, GenerationHooks } from '../engine/8-infer/generate.ts'
import { answerTo } from './answerTo.ts'
import { openAnswerer, runIn, templateOf } from './openAnswerer.ts'
import { checkRequest } from './request.ts'

const chatSchema = z.strictObject({
  /** A model's or a run's folder. */
  model: z.string(),
  /** What the model is told before everything else: the chat template's system message, in plain text what stands before each question. */
  system: z.string().optional(),
  template: z.enum(['plain', 'chat'], { error: 'plain | chat' }).optional(),
  settings: generationSchema.prefault({}),
  load_in_8bit: z.boolean().default(false),
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
  const { model, system, template: wanted, settings, load_in_8bit } = checkRequest(chatSchema, request)
  const run = await runIn(model)
  const answerer = await openAnswerer(run?.weightsFolder ?? model, load_in_8bit ? 'int8' : 'float32')
  const template = wanted ?? templateOf(run, answerer.tokenizer)
  let messages: ChatMessage[] = []
  return {
    template,
    async send(text, hooks) {
      const said: ChatMessage[] = [...messages, { role: 'user', content: text }]
      const generation = await answerTo(answerer, { messages: said, system, template, settings }, hooks)
      messages = [...said, { role: 'assistant', content: generation.text }]
      return generation
    },
    reset() {
      messages = []
    },
    close: () => answerer.close(),
  }
}
