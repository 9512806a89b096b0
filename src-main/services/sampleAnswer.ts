import type { Row } from '../engine/1-dataset/row.ts'
import { promptIds, type TemplateKind } from '../engine/2-tokens/rowText.ts'
import { GREEDY } from '../engine/8-infer/generate.ts'
import { openAnswerer } from './openAnswerer.ts'

/** What the model in a folder answers to a row's question now, greedily: to watch it learn. */
export async function sampleAnswer(folder: string, row: Row, template: TemplateKind, maxNewTokens: number): Promise<string> {
  const answerer = await openAnswerer(folder)
  try {
    const [prompt = []] = await promptIds(answerer.tokenizer, [row], template)
    return (await answerer.answer(prompt, { ...GREEDY, max_new_tokens: maxNewTokens })).text
  } finally {
    await answerer.close()
  }
}
