import { z } from 'zod'
import { generationSchema } from '../contract/generation.ts'
import type { Generation, GenerationHooks } from '../engine/8-infer/generate.ts'
import type { Precision } from '../engine/8-infer/inferenceGraph.ts'
import { answerTo } from './answerTo.ts'
import type { KeptAnswerers } from './keptAnswerers.ts'
import { checkRequest } from './request.ts'

const answerSchema = z.strictObject({
  /** A model's or a run's. */
  folder: z.string(),
  /** What was said, the question last. */
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() })).min(1),
  system: z.string().optional(),
  /** As the run's rows became text, or as the model's own template says, unless given. */
  template: z.enum(['plain', 'chat'], { error: 'plain | chat' }).optional(),
  settings: generationSchema.prefault({}),
  load_in_8bit: z.boolean().default(false),
})
export type AnswerRequest = z.input<typeof answerSchema>

export interface AnswerEnd extends Pick<Generation, 'text' | 'reason' | 'tokensPerSecond'> {
  /** How many tokens the answer has. */
  tokens: number
}

/**
 * The answer to a question by a model that stays open for the next one.
 * @throws TuneDeskError usage/…, of the model's files, runs/…, infer/…, template/…; a signal is no error: it ends the answer
 */
export async function answer(
  models: Record<Precision, KeptAnswerers>,
  request: AnswerRequest,
  hooks: GenerationHooks,
): Promise<AnswerEnd> {
  const { folder, template, load_in_8bit, ...asked } = checkRequest(answerSchema, request)
  return models[load_in_8bit ? 'int8' : 'float32'].use(folder, async ({ answerer, template: own }) => {
    const { text, ids, reason, tokensPerSecond } = await answerTo(answerer, { ...asked, template: template ?? own }, hooks)
    return { text, reason, tokens: ids.length, tokensPerSecond }
  })
}
