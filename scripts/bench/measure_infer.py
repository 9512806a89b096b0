"""Opens a model with transformers and answers with it: measure_infer.py ANSWER < TASK"""
import json, resource, sys, time

task = json.load(sys.stdin)
import torch, transformers
from transformers import AutoModelForCausalLM, DynamicCache

since_start = lambda: time.time() - task['started'] / 1000
torch.set_num_threads(task['threads'])
model = AutoModelForCausalLM.from_pretrained(task['folder'], dtype=torch.float32).eval()
seconds_to_open = since_start()
prompts, answers, to_first_token = [], [], 0
with torch.inference_mode():
    for repeat in range(task['repeats']):
        cache = DynamicCache()
        ids = torch.tensor([task['ids'][:task['promptLength']]])
        started = time.perf_counter()
        best = model(ids, past_key_values=cache, logits_to_keep=1).logits[:, -1].argmax(-1, keepdim=True)
        prompts.append(time.perf_counter() - started)
        if repeat == 0:
            to_first_token = since_start()
        started = time.perf_counter()
        for _ in range(task['newTokens']):
            best = model(best, past_key_values=cache).logits[:, -1].argmax(-1, keepdim=True)
        answers.append(time.perf_counter() - started)
    ids = torch.tensor([task['ids']])
    loss = model(ids, labels=ids).loss.item()
with open(sys.argv[1], 'w') as file:
    json.dump({
        'secondsToOpen': seconds_to_open, 'secondsToFirstToken': to_first_token, 'secondsOfPrompt': prompts,
        'secondsOfAnswer': answers, 'loss': loss,
        'peakMemory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        'versions': {'torch': torch.__version__, 'transformers': transformers.__version__},
    }, file)
