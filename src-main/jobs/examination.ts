import { TuneDeskError } from '../contract/error.ts'
import type { Row } from '../contract/row.ts'
import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { promptIds } from '../engine/2-tokens/rowText.ts'
import { randomPermutation } from '../engine/3-batches/randomPermutation.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import type { PartialTraining } from '../engine/6-train/decoder.ts'
import type { Examination } from '../engine/6-train/examination.ts'
import type { TrainableModel } from '../engine/6-train/trainableModel.ts'
import type { ModelFile } from '../engine/7-record/modelFiles.ts'
import type { RunDescription } from '../engine/7-record/runDescription.ts'
import { generate, GREEDY } from '../engine/8-infer/generate.ts'
import { openFedModel, type FedModel, type InferenceModel } from '../engine/8-infer/openModel.ts'
import { answerDraft, answerTokens } from './expectedAnswer.ts'

/** A sample is for a glance; an answer that goes on for ever takes no longer than this. */
const SAMPLE_TOKENS = 64

/** So many questions, always the same ones, stand for all of a large dataset: to ask each of thousands would take longer than to train. */
const MOST_QUESTIONS = 64

interface ExaminationOptions {
  config: ModelConfig
  description: RunDescription
  tokenizer: Tokenizer
  model: Pick<TrainableModel, 'weights'>
  partial: PartialTraining | undefined
}

/** Asks a model that is being trained, over the very weights that the next step will change. */
export function createExamination({
  config,
  description: { rows, settings, modelFiles },
  tokenizer,
  model,
  partial,
}: ExaminationOptions): Examination & { close(): Promise<void> } {
  let opened: FedModel | null = null

  async function asked(): Promise<InferenceModel> {
    const files = { config: jsonIn(modelFiles, 'config.json'), generationConfig: jsonIn(modelFiles, 'generation_config.json') }
    opened ??= await openFedModel(config, files, partial)
    return opened.over(model.weights())
  }
  async function answer(to: InferenceModel, row: Row, mostTokens: number): Promise<string> {
    const [prompt = []] = await promptIds(tokenizer, [row], settings.template)
    try {
      const draft = await answerDraft(tokenizer, row, settings.template)
      return (await generate(to, tokenizer, prompt, { ...GREEDY, max_new_tokens: mostTokens }, { draft })).text
    } catch (error) {
      // A question that cannot be asked has no answer, which a test counts as a wrong one.
      if (error instanceof TuneDeskError && (error.code === 'infer/empty-prompt' || error.code === 'infer/prompt-too-long'))
        return ''
      throw error
    }
  }

  return {
    async sample() {
      const [row] = rows
      if (!row) throw new Error('a run has a row')
      const tokens = Math.min(SAMPLE_TOKENS, answerTokens(tokenizer, row))
      return { question: row.instruct + row.input, answer: await answer(await asked(), row, tokens), label: row.label }
    },
    async passes() {
      const to = await asked()
      const order =
        rows.length <= MOST_QUESTIONS ? rows.keys() : randomPermutation(rows.length, settings.seed).slice(0, MOST_QUESTIONS)
      for (const index of order) {
        const row = rows[index]
        if (!row) continue
        if ((await answer(to, row, answerTokens(tokenizer, row))).trimEnd() !== row.label.trimEnd()) return false
      }
      return true
    },
    close: async () => opened?.close(),
  }
}

function jsonIn(files: readonly ModelFile[], name: string): Record<string, unknown> {
  const content = files.find((file) => file.name === name)?.content ?? '{}'
  return JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content)) as Record<string, unknown>
}
