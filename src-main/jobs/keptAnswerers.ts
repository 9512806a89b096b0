import { keepOpen, type KeptOpen } from './keepOpen.ts'
import { openAnswerer, runIn, templateOf, type Answerer } from './openAnswerer.ts'
import type { TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { Precision } from '../engine/8-infer/inferenceGraph.ts'

/** What an answer depends on: weights, configs, tokenizer and, in a run's folder, what tells where its newest weights lie. */
const MATTERS =
  /^(.*\.safetensors|.*\.safetensors\.index\.json|(generation_|tokenizer_|adapter_)?config\.json|tokenizer\.(json|model)|vocab\..*|merges\.txt|added_tokens\.json|special_tokens_map\.json|chat_template\..*|run\.json|train_results\.json|checkpoint-\d+)$/

/** A model that is kept open, and how its questions become text unless somebody says otherwise. */
interface OpenedAnswerer {
  answerer: Answerer
  template: TemplateKind
}

/** Models that stay open between questions; runs count as the models that they have. */
export type KeptAnswerers = KeptOpen<OpenedAnswerer>

/**
 * @param most how many models stay open: a tuned one and the one it began from, say
 * @param idleMilliseconds after which time without a question a model is closed: 16-bit weights take memory of their own
 */
export const keepAnswerers = (most: number, idleMilliseconds: number, precision: Precision = 'float32'): KeptAnswerers =>
  keepOpen({
    open: (folder) => open(folder, precision),
    close: ({ answerer }) => answerer.close(),
    dependsOn: MATTERS,
    most,
    idleMilliseconds,
  })

/** @throws TuneDeskError of the model's files, runs/nothing-saved, runs/damaged */
async function open(folder: string, precision: Precision): Promise<OpenedAnswerer> {
  const run = await runIn(folder)
  const answerer = await openAnswerer(run?.weightsFolder ?? folder, precision)
  return { answerer, template: templateOf(run, answerer.tokenizer) }
}
