"""Writes a Hugging Face folder (Llama or Qwen2, byte-level BPE) as a file that llama.cpp reads.
Usage: hugging_face_to_gguf.py FOLDER FILE F32|Q8_0. Matrices get that type, vectors stay float32.
"""
import json, sys
from pathlib import Path
import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, MODEL_ARCH, get_tensor_name_map, quants
from safetensors.numpy import load_file

# gguf/constants.py, class TokenType
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
# By model_type: llama.cpp's name of the architecture, and of the way in which text is split before merging.
FAMILIES = {'llama': (MODEL_ARCH.LLAMA, 'smollm'), 'qwen2': (MODEL_ARCH.QWEN2, 'qwen2')}


def permuted(weight, heads):
    """llama.cpp turns neighbouring pairs in q and k, so that their rows stand in another order (convert_hf_to_gguf.py, LlamaModel.permute)."""
    rows = weight.shape[0] // heads
    return np.ascontiguousarray(weight.reshape(heads, 2, rows // 2, -1).swapaxes(1, 2).reshape(weight.shape))


def convert(folder, file, kind):
    config, tokenizer = (json.loads((folder / name).read_text('utf-8')) for name in ('config.json', 'tokenizer.json'))
    family = config['model_type']
    architecture, split = FAMILIES[family]
    layers, heads = config['num_hidden_layers'], config['num_attention_heads']
    key_value_heads = config['num_key_value_heads']
    writer = GGUFWriter(file, family)
    writer.add_block_count(layers)
    writer.add_context_length(config['max_position_embeddings'])
    writer.add_embedding_length(config['hidden_size'])
    writer.add_feed_forward_length(config['intermediate_size'])
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_value_heads)
    writer.add_rope_freq_base(config['rope_theta'])
    writer.add_rope_dimension_count(config['hidden_size'] // heads)
    writer.add_layer_norm_rms_eps(config['rms_norm_eps'])
    writer.add_vocab_size(config['vocab_size'])

    tokens = [f'[PAD{id}]' for id in range(config['vocab_size'])]
    kinds = [UNUSED] * len(tokens)
    for token, id in tokenizer['model']['vocab'].items():
        tokens[id], kinds[id] = token, NORMAL
    for added in tokenizer['added_tokens']:
        tokens[added['id']], kinds[added['id']] = added['content'], CONTROL if added['special'] else USER_DEFINED
    writer.add_tokenizer_model('gpt2')
    writer.add_tokenizer_pre(split)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else ' '.join(merge) for merge in tokenizer['model']['merges']])
    writer.add_eos_token_id(config['eos_token_id'])
    writer.add_add_bos_token(False)

    names = get_tensor_name_map(architecture, layers)
    for name, weight in load_file(folder / 'model.safetensors').items():
        if family == 'llama' and name.endswith(('q_proj.weight', 'k_proj.weight')):
            weight = permuted(weight, heads if 'q_proj' in name else key_value_heads)
        called = names.get_name(name, try_suffixes=('.weight', '.bias'))
        if weight.ndim == 1 or kind == 'F32':
            writer.add_tensor(called, weight)
        else:
            type = GGMLQuantizationType[kind]
            writer.add_tensor(called, quants.quantize(weight, type), raw_dtype=type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


folder, file, kind = sys.argv[1:]
convert(Path(folder), Path(file), kind)
