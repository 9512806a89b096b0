import { specialToken } from '../../../src-main/engine/2-tokens/addedTokens.ts'
import { CHAT_TEMPLATE } from './chatTemplate.ts'
import { PRE_TOKENIZER_PATTERN } from './segments.ts'
import type { Bpe } from './trainBpe.ts'

export const END_OF_TEXT = '<|endoftext|>'
export const MESSAGE_START = '<|im_start|>'
export const MESSAGE_END = '<|im_end|>'
const PAD = '[PAD]'
/** They follow the vocabulary in this order. */
export const SPECIAL_TOKENS = [END_OF_TEXT, MESSAGE_START, MESSAGE_END, PAD]

/** The longest text that the starter model can hold, in tokens. */
export const MAX_POSITIONS = 512

/** The files of a Hugging Face tokenizer folder, by name: Qwen2's pipeline over our own vocabulary. */
export function tokenizerFiles({ vocabulary, merges }: Bpe): Record<'tokenizer.json' | 'tokenizer_config.json', unknown> {
  const addedTokens = SPECIAL_TOKENS.map((content, i) => ({ id: vocabulary.length + i, ...specialToken(content) }))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens,
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: PRE_TOKENIZER_PATTERN }, behavior: 'Isolated', invert: false },
          byteLevel,
        ],
      },
      post_processor: byteLevel,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
        merges,
      },
    },
    'tokenizer_config.json': {
      add_bos_token: false,
      add_prefix_space: false,
      added_tokens_decoder: Object.fromEntries(addedTokens.map(({ id, ...token }) => [id, token])),
      additional_special_tokens: [MESSAGE_START, MESSAGE_END],
      bos_token: null,
      chat_template: CHAT_TEMPLATE,
      clean_up_tokenization_spaces: false,
      eos_token: END_OF_TEXT,
      errors: 'replace',
      model_max_length: MAX_POSITIONS,
      pad_token: PAD,
      split_special_tokens: false,
      tokenizer_class: 'Qwen2Tokenizer',
      unk_token: null,
    },
  }
}
