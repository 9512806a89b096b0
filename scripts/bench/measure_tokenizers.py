"""Tokenises texts with the Rust library, one after another and on all cores: measure_tokenizers.py ANSWER < TASK"""
import hashlib, json, os, sys, time
task = json.load(sys.stdin)
os.environ['TOKENIZERS_PARALLELISM'] = 'true'
import tokenizers

tokenizer = tokenizers.Tokenizer.from_file(task['tokenizer'])


def measured(work):
    started = time.perf_counter()
    encoded = work()
    seconds = time.perf_counter() - started
    ids = ''.join(','.join(map(str, each.ids)) + '\n' for each in encoded)
    return {'seconds': seconds, 'ids': hashlib.sha256(ids.encode()).hexdigest()}


with open(sys.argv[1], 'w') as file:
    json.dump({
        'one': measured(lambda: [tokenizer.encode(text, add_special_tokens=False) for text in task['texts']]),
        'all': measured(lambda: tokenizer.encode_batch(task['texts'], add_special_tokens=False)),
        'version': tokenizers.__version__,
    }, file)
