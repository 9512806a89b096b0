import { MAX_POSITIONS } from '../tokenizer/tokenizerFiles.ts'

/** The starter model's `config.json`: Qwen2's architecture at a size that a processor fine-tunes in seconds. */
export function modelConfig(vocabularySize: number, ids: { endOfText: number; pad: number }): Record<string, unknown> {
  return {
    architectures: ['Qwen2ForCausalLM'],
    attention_dropout: 0,
    bos_token_id: null,
    dtype: 'float16',
    eos_token_id: ids.endOfText,
    hidden_act: 'silu',
    hidden_size: 256,
    initializer_range: 0.02,
    intermediate_size: 704,
    max_position_embeddings: MAX_POSITIONS,
    max_window_layers: 4,
    model_type: 'qwen2',
    num_attention_heads: 4,
    num_hidden_layers: 4,
    num_key_value_heads: 2,
    pad_token_id: ids.pad,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    sliding_window: null,
    tie_word_embeddings: true,
    use_cache: true,
    use_sliding_window: false,
    vocab_size: vocabularySize,
  }
}

/** `generation_config.json`: an answer ends with the text or, in a chat, with the message. */
export function generationConfig(ids: { endOfText: number; messageEnd: number; pad: number }): Record<string, unknown> {
  return { bos_token_id: null, eos_token_id: [ids.endOfText, ids.messageEnd], pad_token_id: ids.pad }
}
