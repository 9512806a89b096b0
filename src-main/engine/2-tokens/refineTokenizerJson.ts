import { TuneDeskError } from '../../contract/error.ts'
import type { TokenizerJson } from './tokenizerFiles.ts'

interface Component {
  type?: unknown
  [field: string]: unknown
}

/** Rust's `\w` (Unicode Technical Standard 18, annex C), inside a character class. */
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\u200c\u200d'

/** GPT-2's pieces of text; to the JavaScript library's own copy U+0085 is no whitespace, and U+FEFF is. */
const GPT2_PIECES = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/**
 * Steps that the JavaScript tokenizer library takes by JavaScript's idea of a digit, a word or a space, as the regular expressions that the Rust one
 * stands for (pre_tokenizers/digits.rs: `char::is_numeric`; whitespace.rs; byte_level.rs).
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
      return { type: 'Split', pattern: { Regex: `[${WORD}]+|[^${WORD}\\p{White_Space}]+` }, behavior: 'Removed', invert: true }
    case 'ByteLevel':
      // With `add_prefix_space` a space is put before the text, not before each piece: then the library's own step is the closer one.
      if (step['use_regex'] === false || step['add_prefix_space'] !== false) return step
      return {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: GPT2_PIECES }, behavior: 'Isolated', invert: false },
          { ...step, use_regex: false },
        ],
      }
    case 'Sequence':
      return { ...step, pretokenizers: (step['pretokenizers'] as Component[]).map(exactStep) }
    default:
      return step
  }
}

/** The kind of model; files of the library's first years do not name it. */
function modelType({ type, vocab, ...fields }: TokenizerJson['model']): string | undefined {
  if (type !== undefined) return type
  if (Array.isArray(vocab)) return 'Unigram'
  return 'merges' in fields ? 'BPE' : 'continuing_subword_prefix' in fields ? 'WordPiece' : undefined
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
    ...(['BPE', 'Unigram', 'WordPiece'].includes(modelType(model) ?? '') ? [] : [`model: ${modelType(model) ?? 'unknown'}`]),
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
  const { model, pre_tokenizer } = tokenizerJson
  return {
    ...tokenizerJson,
    model: { ...model, type: modelType(model) },
    pre_tokenizer: pre_tokenizer === null ? null : (exactStep(pre_tokenizer) as { type: string }),
  }
}
