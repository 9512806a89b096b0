import { peakMemoryOf } from '../../contract/peakMemory.ts'
import type { MemoryWarning } from '../6-train/runRecorder.ts'
import { memoryWarnings } from '../6-train/stepMemory.ts'
import type { RunState } from '../6-train/runState.ts'
import { trainingSettingsSchema, type TrainingSettings } from '../../contract/trainingSettings.ts'
import type { Results } from './results.ts'
import type { RunDescription } from './runDescription.ts'

/**
 * README.md of a trained model: what it began from, what it learned from, how, and how far it came.
 * The block at its top is the one that the Hugging Face Hub reads (huggingface.co/docs/hub/model-cards).
 * @param name the folder's name
 */
export function modelCard(name: string, run: RunDescription, state: RunState, results: Results): string {
  const { settings, baseModel, rows, heldOutRows } = run
  const peak = peakMemoryOf(results.train)
  const learned = settings.loss_on === 'answer' ? 'the answer and its end mark' : 'every token of a row'
  return `${frontMatter(baseModel.license, settings.method)}
# ${escapeMarkdown(name)}

${escapeMarkdown(baseModel.name)}, fine-tuned on ${count(rows.length, 'example')} with TuneDesk on one computer, in float32${settings.load_in_8bit ? ' beside frozen weights in 8 bits' : ''}. The loss is over ${learned}.

| | |
|---|---|
| began from | ${escapeMarkdown(baseModel.name)} |
| examples | ${rows.length} |
| held out, never learned from | ${heldOutRows.length} |
| optimizer steps | ${state.trainer.global_step} |
| epochs | ${rounded(state.trainer.epoch)} |
| loss over the whole run | ${rounded(results.train.train_loss)} |
${peak === null ? '' : `| memory, at most | ${(peak / 1e9).toFixed(2)} GB |\n`}${results.evaluation ? `| loss on the held-out examples | ${rounded(results.evaluation.eval_loss)} |\n` : ''}
![Loss over the run](loss.png)
${memoryWarnings(state.stepMemory, settings).map(memorySentence).join('')}
## Settings

Names and defaults are those of the Hugging Face Trainer; \`max_length\`, \`loss_on\` and \`template\` are TuneDesk's. All of them are in \`training_args.json\`;
these are the ones that are not the default:

${changedSettings(settings)}

## Use

${settings.method === 'lora' ? useOfAdapter : useOfModel}

${settings.template === 'plain' ? 'It was trained on plain text: the instruction and the input, one behind the other, with nothing between them.' : 'It was trained with its chat template: instruction and input are one message of the user.'}
`
}

function memorySentence(warning: MemoryWarning): string {
  switch (warning.kind) {
    case 'smaller-batches':
      return `\nTo fit into memory, each batch of ${warning.of} examples was worked through ${warning.rowsAtOnce} at a time; the losses are those of whole batches.\n`
    case 'recomputation':
      return '\nTo fit into memory, activations were computed again on the way back instead of being kept; the losses are the same.\n'
  }
}

const useOfModel = `\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")
model = AutoModelForCausalLM.from_pretrained("path/to/this/folder")
\`\`\``

/** PEFT finds the model that the adapter belongs to by what adapter_config.json says. */
const useOfAdapter = `\`\`\`python
from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")
model = AutoPeftModelForCausalLM.from_pretrained("path/to/this/folder")
\`\`\``

function frontMatter(license: string | null, method: TrainingSettings['method']): string {
  return `---\nlibrary_name: ${method === 'lora' ? 'peft' : 'transformers'}\npipeline_tag: text-generation\n${license === null ? '' : `license: ${license}\n`}tags:\n- tunedesk\n- sft\n---\n`
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
