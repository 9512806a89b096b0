import { TuneDeskError } from '../../contract/error.ts'
import type { Row } from '../../contract/row.ts'
import type { Tokenizer } from './openTokenizer.ts'
import type { TokenId } from './tokenisedRow.ts'

/** How a row becomes text: its parts one after another, or by the model's chat template. */
export type TemplateKind = 'plain' | 'chat'

/** A row as the model reads it. */
export interface RowText {
  /** What the user says, up to where the answer begins. A prefix of `whole`. */
  prompt: string
  whole: string
  /** Where the row's own words stand in `whole`, as [start, end). */
  own: [number, number][]
  /** Whether the tokenizer adds its own special tokens; a chat template writes them itself. */
  addSpecialTokens: boolean
}

/**
 * Rows as text. Plain: `instruct + input + label + end mark`. Chat: one turn of the user, whose words are `instruct + input` just as in plain text,
 * and one of the assistant, `label`; the template writes what is around them.
 * @throws TuneDeskError tokenizer/no-chat-template, template/prompt-changes, template/failed, template/over-limit
 */
export async function rowTexts(tokenizer: Tokenizer, rows: readonly Row[], template: TemplateKind): Promise<RowText[]> {
  if (template === 'plain') {
    return rows.map(({ instruct, input, label }) => {
      const prompt = instruct + input
      return {
        prompt,
        whole: prompt + label + tokenizer.eosToken,
        own: [[0, prompt.length + label.length]],
        addSpecialTokens: true,
      }
    })
  }
  const prompts = await promptTexts(tokenizer, rows, 'chat')
  const wholes = await tokenizer.renderChat(
    rows.map(({ instruct, input, label }) => ({
      messages: [
        { role: 'user', content: instruct + input },
        { role: 'assistant', content: label },
      ],
      addGenerationPrompt: false,
    })),
  )
  return rows.map(({ instruct, input, label }, index) => {
    const [prompt = '', whole = ''] = [prompts[index], wholes[index]]
    if (!whole.startsWith(prompt)) throw new TuneDeskError('template/prompt-changes')
    return {
      prompt,
      whole,
      own: [...locate(prompt, instruct + input, 0), ...locate(whole, label, prompt.length)],
      addSpecialTokens: false,
    }
  })
}

/**
 * What the model reads before it answers: the same text that `rowTexts` masks.
 * @throws TuneDeskError as `rowTexts`
 */
async function promptTexts(
  tokenizer: Tokenizer,
  questions: readonly Pick<Row, 'instruct' | 'input'>[],
  template: TemplateKind,
): Promise<string[]> {
  if (template === 'plain') return questions.map(({ instruct, input }) => instruct + input)
  return tokenizer.renderChat(
    questions.map(({ instruct, input }) => ({
      messages: [{ role: 'user', content: instruct + input }],
      addGenerationPrompt: true,
    })),
  )
}

/** Ids of what the model reads before it answers. */
export async function promptIds(
  tokenizer: Tokenizer,
  questions: readonly Pick<Row, 'instruct' | 'input'>[],
  template: TemplateKind,
): Promise<TokenId[][]> {
  const texts = await promptTexts(tokenizer, questions, template)
  return texts.map((text) => tokenizer.encode(text, { addSpecialTokens: template === 'plain' }))
}

/** Ids of what the model learns to answer to a row's question: its label, and what the template or the end mark puts behind it. */
export async function answerIds(tokenizer: Tokenizer, row: Row, template: TemplateKind): Promise<TokenId[]> {
  const [text] = await rowTexts(tokenizer, [row], template)
  if (!text) return []
  const { whole, prompt, addSpecialTokens } = text
  const [all, given] = [whole, prompt].map((each) => tokenizer.encode(each, { addSpecialTokens }))
  return all?.slice(given?.length) ?? []
}

/** Where a template put a row's words; it may have trimmed them. */
function locate(text: string, words: string, from: number): [number, number][] {
  for (const form of [words, words.trim()]) {
    const start = text.indexOf(form, from)
    if (start >= 0) return [[start, start + form.length]]
  }
  return []
}
