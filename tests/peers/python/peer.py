"""What the peers' scripts share: each reads its task as JSON from standard input and writes its answer as JSON to the file that it is
given, on one thread (tiny models gain nothing from more) or on as many as the task says in `threads`, without ever looking for a network."""
import json, os, sys

os.environ['HF_HUB_OFFLINE'] = '1'
os.environ['TOKENIZERS_PARALLELISM'] = 'false'
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def answer(function):
    task = json.load(sys.stdin)
    torch.set_num_threads(task.pop('threads', 1))
    result = function(**task)
    with open(sys.argv[1], 'w', encoding='utf-8') as file:
        json.dump(result, file, allow_nan=False)


def open_model(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def continued(model, tokenizer, prompt, length):
    """The greedy answer to a prompt: the new ids, and their text without special tokens."""
    given = tokenizer(prompt, return_tensors='pt')
    with torch.no_grad():
        ids = model.generate(**given, max_new_tokens=length, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    new = ids[0, given['input_ids'].shape[1]:].tolist()
    return {'ids': new, 'text': tokenizer.decode(new, skip_special_tokens=True)}
