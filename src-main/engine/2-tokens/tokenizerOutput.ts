import { namedTokens } from './addedTokens.ts'
import type { Tokenizer } from './openTokenizer.ts'

/** A file to write: its name and its text. */
export interface TextFile {
  name: string
  text: string
}

/**
 * The files of a tokenizer, `[PAD]` included, that `AutoTokenizer.from_pretrained` opens with the same ids: tokenizer.json, tokenizer_config.json, and
 * where the source has them special_tokens_map.json and chat_template.jinja.
 *
 * `tokenizer_class` becomes `PreTrainedTokenizerFast`, which both transformers 4 and 5 take to mean "as tokenizer.json says". transformers 5 builds
 * classes with a name of their own anew from the vocabulary and drops the file's pre-tokenizer: GPT2Tokenizer, which SmolLM2 names, loses its step
 * that takes digits apart. Only for `model_type` qwen2 it insists on its own class, whose pre-tokenizer is Qwen's.
 */
export function tokenizerOutput({ files, padId, padToken, eosToken }: Tokenizer): TextFile[] {
  const { tokenizerJson, config, rawConfig, rawSpecialTokensMap, chatTemplateFile } = files
  const json = (value: unknown): string => JSON.stringify(value, null, 2) + '\n'
  const special = { ...namedTokens(config), eos_token: eosToken, pad_token: padToken }
  const pad = tokenizerJson.added_tokens.find(({ id }) => id === padId)
  const { id: _, ...padFields } = pad ?? { id: padId, content: padToken }
  const output: TextFile[] = [
    { name: 'tokenizer.json', text: json(tokenizerJson) },
    {
      name: 'tokenizer_config.json',
      text: json({
        ...rawConfig,
        ...special,
        ...(config.added_tokens_decoder ? { added_tokens_decoder: { ...config.added_tokens_decoder, [padId]: padFields } } : {}),
        tokenizer_class: 'PreTrainedTokenizerFast',
      }),
    },
  ]
  if (rawSpecialTokensMap) output.push({ name: 'special_tokens_map.json', text: json({ ...rawSpecialTokensMap, ...special }) })
  if (chatTemplateFile !== null) output.push({ name: 'chat_template.jinja', text: chatTemplateFile })
  return output
}
