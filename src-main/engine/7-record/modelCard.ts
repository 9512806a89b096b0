import type { RunState } from '../6-train/runState.ts'
import { trainingSettingsSchema, type TrainingSettings } from '../6-train/settings.ts'
import type { Results } from './results.ts'
import type { RunDescription } from './runDescription.ts'

/**
 * README.md of a trained model: what it began from, what it learned from, how, and how far it came.
 * The block at its top is the one that the Hugging Face Hub reads (huggingface.co/docs/hub/model-cards).
 * @param name the folder's name
 */
export function modelCard(name: string, run: RunDescription, state: RunState, results: Results): string {
  const { settings, baseModel, rows, heldOutRows } = run
  const learned = settings.loss_on === 'answer' ? 'the answer and its end mark' : 'every token of a row'
  return `${frontMatter(baseModel.license)}
# ${escapeMarkdown(name)}

${escapeMarkdown(baseModel.name)}, fine-tuned on ${count(rows.length, 'example')} with TuneDesk on one computer, in float32. The loss is over ${learned}.

| | |
|---|---|
| began from | ${escapeMarkdown(baseModel.name)} |
| examples | ${rows.length} |
| held out, never learned from | ${heldOutRows.length} |
| optimizer steps | ${state.trainer.global_step} |
| epochs | ${rounded(state.trainer.epoch)} |
| loss over the whole run | ${rounded(results.train.train_loss)} |
${results.evaluation ? `| loss on the held-out examples | ${rounded(results.evaluation.eval_loss)} |\n` : ''}
![Loss over the run](loss.png)

## Settings

Names and defaults are those of the Hugging Face Trainer; \`max_length\`, \`loss_on\` and \`template\` are TuneDesk's. All of them are in \`training_args.json\`;
these are the ones that are not the default:

${changedSettings(settings)}

## Use

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")
model = AutoModelForCausalLM.from_pretrained("path/to/this/folder")
\`\`\`

${settings.template === 'plain' ? 'It was trained on plain text: the instruction and the input, one behind the other, with nothing between them.' : 'It was trained with its chat template: instruction and input are one message of the user.'}
`
}

function frontMatter(license: string | null): string {
  return `---\nlibrary_name: transformers\npipeline_tag: text-generation\n${license === null ? '' : `license: ${license}\n`}tags:\n- tunedesk\n- sft\n---\n`
}

function changedSettings(settings: TrainingSettings): string {
  const defaults = trainingSettingsSchema.parse({})
  const changed = Object.entries(settings).filter(([name, value]) => value !== defaults[name as keyof TrainingSettings])
  if (changed.length === 0) return 'None.'
  return ['| setting | value |', '|---|---|', ...changed.map(([name, value]) => `| \`${name}\` | ${value} |`)].join('\n')
}

const rounded = (value: number | undefined): string => String(Number(value?.toPrecision(4)))
const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

/** A folder's name is anybody's text: it must not become a link, a table cell or HTML. */
const escapeMarkdown = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>#|!]/g, '\\$&')
