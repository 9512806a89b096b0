"""Makes inference/: what transformers and sacrebleu compute, for the tests of src-main/engine/8-infer and 4-graph/rope.ts.

    pip install torch transformers safetensors sacrebleu
    python make_inference.py

Versions that made the files are in inference/inference.json.
"""

import json
import os
import random

import sacrebleu
import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM
from transformers.generation.logits_process import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inference")
torch.set_num_threads(1)

# Rotary frequencies -------------------------------------------------------------------------------------------------

LLAMA3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
YARN = {"rope_type": "yarn", "rope_theta": 1000000.0, "factor": 4.0, "original_max_position_embeddings": 32768}
ROPES = [
    (64, {"rope_type": "default", "rope_theta": 10000.0}),
    (128, {"rope_type": "default", "rope_theta": 1000000.0}),
    (24, {"rope_type": "default", "rope_theta": 100000.0}),
    (80, {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5}),
    (64, LLAMA3),
    (128, LLAMA3 | {"factor": 8.0}),
    (128, YARN),
    (64, YARN | {"factor": 8.0, "beta_fast": 16.0, "beta_slow": 2.0, "truncate": False}),
    (64, YARN | {"attention_factor": 0.75}),
    (64, YARN | {"rope_theta": 10000.0, "factor": 40.0, "original_max_position_embeddings": 4096, "mscale": 1.0, "mscale_all_dim": 0.707}),
    (16, YARN | {"rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 4}),
]


def rope_case(head_size, rope):
    config = LlamaConfig(hidden_size=head_size * 2, num_attention_heads=2, head_dim=head_size, max_position_embeddings=131072, rope_parameters=dict(rope))
    embedding = LlamaRotaryEmbedding(config)
    return {
        "head_size": head_size,
        "rope_parameters": rope,
        "inverse_frequencies": embedding.inv_freq.tolist(),
        "attention_factor": float(embedding.attention_scaling),
    }


# Small models, one for each way of being different from the four families' golden ones --------------------------------

COMMON = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=2, max_position_embeddings=64, bos_token_id=None, eos_token_id=95, pad_token_id=None, attn_implementation="eager")
WIDE = dict(COMMON, num_attention_heads=4, head_dim=16)
VARIANTS = {
    # Biases everywhere, one key-value head, head size ≠ hidden / heads, YaRN.
    "llama-biases": (
        LlamaForCausalLM,
        LlamaConfig(**WIDE, num_key_value_heads=1, attention_bias=True, mlp_bias=True, rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16}),
        torch.float32,
        None,
    ),
    # A window on the second layer only, linear scaling, untied, three shards.
    "qwen2-window": (
        Qwen2ForCausalLM,
        Qwen2Config(**WIDE, num_key_value_heads=2, tie_word_embeddings=False, use_sliding_window=True, sliding_window=5, max_window_layers=1, rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}),
        torch.float32,
        "30KB",
    ),
    # Weights in bfloat16, as many key-value heads as heads, tied.
    "qwen3-bfloat16": (
        Qwen3ForCausalLM,
        Qwen3Config(**WIDE, num_key_value_heads=4, tie_word_embeddings=True, attention_bias=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}),
        torch.bfloat16,
        None,
    ),
    # Weights in float16, a window on every layer.
    "mistral-float16": (
        MistralForCausalLM,
        MistralConfig(**WIDE, num_key_value_heads=2, sliding_window=4, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}),
        torch.float16,
        None,
    ),
    # A head of ten channels: not a multiple of what attention kernels like.
    "llama-narrow": (
        LlamaForCausalLM,
        LlamaConfig(**dict(COMMON, hidden_size=40), num_attention_heads=4, num_key_value_heads=2, rope_parameters={"rope_type": "default", "rope_theta": 10000.0}),
        torch.float32,
        None,
    ),
}


@torch.no_grad()
def variant(name, seed):
    kind, config, dtype, shard = VARIANTS[name]
    torch.manual_seed(seed)
    model = kind(config).eval()
    for parameter in model.parameters():
        parameter.copy_(torch.randn_like(parameter) * 0.3 + (1.0 if parameter.ndim == 1 and parameter.numel() in (16, 32, 40) else 0.0))
    model.to(dtype)
    model.save_pretrained(os.path.join(HERE, name), **({"max_shard_size": shard} if shard else {}))
    # Not `.to(float32)`: it would keep the rounding of the rotary frequencies, which are no weights.
    model = kind.from_pretrained(os.path.join(HERE, name), dtype=torch.float32, attn_implementation="eager").eval()
    for file in os.listdir(os.path.join(HERE, name)):
        os.chmod(os.path.join(HERE, name, file), 0o644)
    ids = torch.randint(0, 95, (1, 28), generator=torch.Generator().manual_seed(seed))
    greedy = model.generate(ids[:, :9], attention_mask=torch.ones(1, 9, dtype=torch.long), do_sample=False, max_new_tokens=24, pad_token_id=0)
    return {"input_ids": ids[0].tolist(), "logits": model(ids).logits[0].flatten().tolist(), "greedy": greedy[0, 9:].tolist()}


# What transformers makes of scores before it draws --------------------------------------------------------------------

SETTINGS = [
    {"temperature": 1.0},
    {"temperature": 0.6},
    {"temperature": 1.7, "top_k": 5},
    {"temperature": 1.0, "top_k": 1},
    {"temperature": 1.0, "top_p": 0.9},
    {"temperature": 1.0, "top_p": 0.2},
    {"temperature": 0.7, "top_k": 20, "top_p": 0.8, "repetition_penalty": 1.05},
    {"temperature": 1.0, "repetition_penalty": 1.8},
    {"temperature": 1.3, "top_k": 0, "top_p": 0.95, "repetition_penalty": 0.7},
]


def sampling_case(settings, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(60, generator=generator) * 3
    if seed % 2 and "top_p" not in settings:
        logits = (logits * 2).round() / 2  # with ties; of equals, top-p keeps whichever torch.sort happens to put last
    previous = torch.randint(0, 60, (12,), generator=generator)
    steps = LogitsProcessorList()
    if settings.get("repetition_penalty", 1.0) != 1.0:
        steps.append(RepetitionPenaltyLogitsProcessor(settings["repetition_penalty"]))
    if settings["temperature"] != 1.0:
        steps.append(TemperatureLogitsWarper(settings["temperature"]))
    if settings.get("top_k", 0) > 0:
        steps.append(TopKLogitsWarper(settings["top_k"]))
    if settings.get("top_p", 1.0) < 1.0:
        steps.append(TopPLogitsWarper(settings["top_p"]))
    scores = steps(previous[None], logits[None].clone())[0]
    return {"settings": settings, "logits": logits.tolist(), "previous": previous.tolist(), "probabilities": torch.softmax(scores.double(), -1).tolist()}


# chrF ------------------------------------------------------------------------------------------------------------------

PAIRS = [
    ["红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。", "红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。"],
    ["红绫缠腕，风火踏浪。", "红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。"],
    ["恩仇难两忘，何处是家乡？", "红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。"],
    ["the cat sat on the mat", "the cat is on the mat"],
    ["The Cat", "the cat"],
    ["a", "a"],
    ["a", "b"],
    ["ab", "abc"],
    ["", "label"],
    ["answer", ""],
    ["", ""],
    ["   ", "x"],
    ["aaaaaaaa", "aaaa"],
    ["tab\tand\u00a0no-break\u3000wide\u2028line", "tabandno-breakwideline"],
    ["\x1cunit\x1fseparators\x85next line", "unitseparatorsnextline"],
    ["zero\ufeffwidth", "zerowidth"],
    ["👨‍👩‍👧‍👦 𠮷野家 😀", "𠮷野家 😀👨‍👩‍👧"],
    ["مرحبا بالعالم", "مرحبا يا عالم"],
    ["  spaced   out ", "spacedout"],
    ["It has been a long day", "it had been long days"],
]


def chrf_cases():
    generator = random.Random(1)
    letters = "ab c，。中文字😀 \n"
    pairs = PAIRS + [["".join(generator.choices(letters, k=generator.randrange(1, 30))) for _ in range(2)] for _ in range(40)]
    return [{"hypothesis": h, "reference": r, "chrf": sacrebleu.sentence_chrf(h, [r]).score} for h, r in pairs]


os.makedirs(HERE, exist_ok=True)
golden = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "sacrebleu": sacrebleu.__version__},
    "ropes": [rope_case(*case) for case in ROPES],
    "variants": {name: variant(name, seed) for seed, name in enumerate(VARIANTS)},
    "sampling": [sampling_case(settings, seed) for seed, settings in enumerate(SETTINGS + SETTINGS)],
    "chrf": chrf_cases(),
}
with open(os.path.join(HERE, "inference.json"), "w") as file:
    json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
    file.write("\n")
