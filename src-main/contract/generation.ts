import { z } from 'zod'

/** The likeliest token each time. */
export const GREEDY_CHOICE = {
  max_new_tokens: 256,
  temperature: 0,
  top_k: 0,
  top_p: 1,
  repetition_penalty: null,
  seed: 42,
}

const number = (expected: string) => z.number({ error: expected })

/**
 * How an answer is made, under the names and with the meanings of transformers' GenerationConfig. The defaults take the likeliest token each
 * time. What stands behind `error` is what belongs there, in signs that need no translation.
 */
export const generationSchema = z.strictObject({
  max_new_tokens: z.int({ error: 'integer ≥ 1' }).min(1, { error: 'integer ≥ 1' }).default(GREEDY_CHOICE.max_new_tokens),
  /** Divides the logits; 0 takes the likeliest token. */
  temperature: number('≥ 0').min(0, { error: '≥ 0' }).default(GREEDY_CHOICE.temperature),
  /** Only the likeliest tokens that together have this probability; 1 for all. */
  top_p: number('0 < x ≤ 1').gt(0, { error: '0 < x ≤ 1' }).lte(1, { error: '0 < x ≤ 1' }).default(GREEDY_CHOICE.top_p),
  /** Only this many of the likeliest tokens, and those as likely as the last of them; 0 for all. */
  top_k: z.int({ error: 'integer ≥ 0' }).min(0, { error: 'integer ≥ 0' }).default(GREEDY_CHOICE.top_k),
  /** Null: as the model's generation_config.json says, else 1. */
  repetition_penalty: number('> 0').gt(0, { error: '> 0' }).nullable().default(GREEDY_CHOICE.repetition_penalty),
  seed: z.int({ error: 'integer ≥ 0' }).min(0, { error: 'integer ≥ 0' }).default(GREEDY_CHOICE.seed),
})
export type GenerationChoice = z.output<typeof generationSchema>
export type GenerationSettingName = keyof GenerationChoice

/** Why an answer ended. */
export type StopReason = 'end-mark' | 'length' | 'stop-string' | 'aborted'
