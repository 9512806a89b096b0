import { z } from 'zod'
import { changesOf } from '../changesOf.ts'
import { call, event } from '../define.ts'
import { generationSchema } from '../generation.ts'
import { problemSchema } from '../problem.ts'
import type { Row } from '../row.ts'
import { project } from './projects.ts'

/** Who is asked: a run's model, the model that a run began from, or any model as a plan names it. */
export const chatTargetSchema = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({ untrained: z.string() }),
  z.strictObject({ model: z.string() }),
])
export type ChatTarget = z.output<typeof chatTargetSchema>

/** How the next question is asked. */
export const chatSetupSchema = z.strictObject({
  /** Each answers every question, with the same seed. */
  targets: z.array(chatTargetSchema).min(1).max(4),
  /** What the models are told before everything else. */
  system: z.string().default(''),
  /** What stands before each question, as the rows' instruction does. */
  instruct: z.string().default(''),
  /** How a question becomes text; null: as the run's rows did, else by the model's own chat template where it has one. */
  template: z.enum(['plain', 'chat']).nullable().default(null),
  settings: generationSchema.prefault({}),
  /** Answer with weights rounded to 8 bits: quicker, and a little less exact. */
  load_in_8bit: z.boolean().default(false),
})
export type ChatSetup = z.output<typeof chatSetupSchema>

const chatAnswerSchema = z.object({
  target: chatTargetSchema,
  text: z.string(),
  /**
   * Why it ended; null while it is being written. `interrupted`: the app ended in its midst. `failed`: see `problem`.
   */
  reason: z.enum(['end-mark', 'length', 'stop-string', 'aborted', 'interrupted', 'failed']).nullable(),
  tokens: z.int().nonnegative(),
  tokensPerSecond: z.number(),
  problem: problemSchema.nullable(),
})
export type ChatAnswer = z.output<typeof chatAnswerSchema>

const chatTurnSchema = z.object({
  instruct: z.string(),
  text: z.string(),
  /** How often the question was asked again. With a temperature each time draws another answer. */
  attempt: z.int().nonnegative(),
  answers: z.array(chatAnswerSchema),
})
export type ChatTurn = z.output<typeof chatTurnSchema>

/** A conversation, as `chats/<id>.json` of the project keeps it. */
export const conversationSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  /** What a person calls it; empty: by its first question. */
  name: z.string(),
  /** ISO 8601 */
  createdAt: z.string(),
  updatedAt: z.string(),
  setup: chatSetupSchema,
  turns: z.array(chatTurnSchema),
  /** The turns as they were before the last edit or new try took some away; null where there is nothing to bring back. */
  before: z.array(chatTurnSchema).nullable(),
})
export type Conversation = z.output<typeof conversationSchema>

export interface ChatSummary extends Pick<Conversation, 'id' | 'name' | 'updatedAt'> {
  firstQuestion: string
  turns: number
}

/** How the rows of a run ask, for a person who wants to ask the same way. */
export interface ChatHints {
  /** The instructions that rows have, the most frequent first, a few at most. */
  instructs: { text: string; rows: number }[]
  rows: number
  /** A few rows to try. */
  examples: Row[]
}

const chat = z.string()
const turn = z.int().nonnegative()

export const chats = {
  calls: {
    /** The one used last first. */
    'chat.list': call<ChatSummary[]>()(z.strictObject({ project })),
    'chat.open': call<{ seq: number; conversation: Conversation }>()(z.strictObject({ project, chat })),
    'chat.create': call<Conversation>()(z.strictObject({ project, setup: chatSetupSchema })),
    'chat.rename': call<Conversation>()(z.strictObject({ project, chat, name: z.string() })),
    /** It can be brought back until the project is closed. */
    'chat.delete': call<ChatSummary[]>()(z.strictObject({ project, chat })),
    'chat.bringBack': call<ChatSummary[]>()(z.strictObject({ project, chat })),
    'chat.setUp': call<Conversation>()(z.strictObject({ project, chat, setup: changesOf(chatSetupSchema) })),
    /** Asks; at `turn` in the place of what was asked there and all that followed, else at the end. Answers come as events. */
    'chat.ask': call<Conversation>()(z.strictObject({ project, chat, text: z.string(), turn: turn.nullable() })),
    /** Asks a turn's question again, in the place of its answers and all that followed. */
    'chat.again': call<Conversation>()(z.strictObject({ project, chat, turn })),
    /** Ends the answers that are being written, within a token; what there is of them stays. */
    'chat.stop': call<Conversation>()(z.strictObject({ project, chat })),
    /** Brings back what the last edit or new try took away. */
    'chat.restore': call<Conversation>()(z.strictObject({ project, chat })),
    'chat.hints': call<ChatHints>()(z.strictObject({ project, run: z.string() })),
  },
  events: {
    /** What was written, in whole characters; at most twenty times a second. A gap in `seq` means: open it again. */
    'chat.text': event<{
      project: string
      chat: string
      seq: number
      pieces: { turn: number; answer: number; piece: string }[]
    }>(),
    /** Anything else about a conversation changed. */
    'chat.changed': event<{ project: string; seq: number; conversation: Conversation }>(),
  },
}
