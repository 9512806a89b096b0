import { TuneDeskError } from '../../contract/error.ts'
import type { TokenizerJson } from './tokenizerFiles.ts'

type Component = { type?: unknown; [field: string]: unknown }

/**
 * Steps that the JavaScript tokenizer library takes for ASCII only, as the regular expressions that the Rust one stands for
 * (pre_tokenizers/digits.rs: `char::is_numeric`; pre_tokenizers/whitespace.rs).
 */
function exactStep(step: Component): Component {
  switch (step.type) {
    case 'Digits':
      return {
        type: 'Split',
        pattern: { Regex: step['individual_digits'] === true ? '\\p{N}' : '\\p{N}+' },
        behavior: 'Isolated',
        invert: false,
      }
    case 'Whitespace':
      return { type: 'Split', pattern: { Regex: '\\w+|[^\\w\\s]+' }, behavior: 'Removed', invert: true }
    case 'Sequence':
      return { ...step, pretokenizers: (step['pretokenizers'] as Component[]).map(exactStep) }
    default:
      return step
  }
}

/** What the library reads but does not do: better refused by name than tokenised in another way than the model was trained with. */
function unsupportedParts({ added_tokens, pre_tokenizer, model }: TokenizerJson): string[] {
  const steps = (step: Component | null): Component[] =>
    step === null ? [] : step.type === 'Sequence' ? (step['pretokenizers'] as Component[]).flatMap(steps) : [step]
  return [
    ...added_tokens.filter(({ single_word }) => single_word).map(({ content }) => `added token "${content}": single_word`),
    ...steps(pre_tokenizer).flatMap(({ type, behavior }) =>
      type === 'Split' && ['MergedWithPrevious', 'MergedWithNext', 'Contiguous'].includes(String(behavior))
        ? [`pre_tokenizer Split: ${String(behavior)}`]
        : [],
    ),
    ...(typeof model['dropout'] === 'number' && model['dropout'] > 0 ? ['model: dropout'] : []),
  ]
}

/**
 * `tokenizer.json` as the JavaScript library must read it to give the Rust library's ids.
 * @throws TuneDeskError tokenizer/unsupported
 */
export function refineTokenizerJson(tokenizerJson: TokenizerJson): TokenizerJson {
  const unsupported = unsupportedParts(tokenizerJson)
  if (unsupported.length > 0) throw new TuneDeskError('tokenizer/unsupported', { parts: unsupported.join(', ') })
  const { pre_tokenizer } = tokenizerJson
  return pre_tokenizer === null
    ? tokenizerJson
    : { ...tokenizerJson, pre_tokenizer: exactStep(pre_tokenizer) as { type: string } }
}
