"""Small tokenizers of the kinds that the tiny models' one is not, and what transformers makes of them. Deterministic; run:
  pip install transformers==5.23.0 jinja2 && python make_tokenizers.py
Writes a folder each and cases.json."""
import json, os, shutil
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
import tokenizers, transformers
from transformers import AutoTokenizer

OUT = os.path.dirname(os.path.abspath(__file__))
TEXT = ['Write a poem: the sea waves sing. It is 12 of 345 days.', '请写一首诗：红绫缠腕，风火踏浪。一二三', 'naïve café, über Straße; ٣٤ Ⅷ ½ x²'] * 8
CHATML = ("{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system\nBe helpful.<|im_end|>\n' }}{% endif %}"
          "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
          "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
# As Llama 2's: marks turns in plain text, trims, closes the answer with the end mark.
INST = ("{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'].strip() + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}")


def write(name, tokenizer, config, **files):
    folder = f'{OUT}/{name}'
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    tokenizer.save(f'{folder}/tokenizer.json')
    json.dump(config, open(f'{folder}/tokenizer_config.json', 'w'), ensure_ascii=False, indent=1)
    for file, content in files.items():
        path = f"{folder}/{file.replace('__', '.')}"
        open(path, 'w').write(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1))
    return folder


def state(token): return {k: getattr(token, k) for k in ('content', 'single_word', 'lstrip', 'rstrip', 'normalized', 'special')}


def sentencepiece():
    """As Llama's: begin mark by a template, spaces as U+2581, bytes for unknown characters, special tokens as objects, chat template in a file."""
    t = Tokenizer(models.BPE(unk_token='<unk>', byte_fallback=True, fuse_unk=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend('▁'), normalizers.Replace(' ', '▁')])
    t.decoder = decoders.Sequence([decoders.Replace('▁', ' '), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(' ', 1, 0)])
    special = [AddedToken(x, special=True, normalized=False) for x in ('<unk>', '<s>', '</s>')]
    t.train_from_iterator([x.replace('poem', '').replace('红', '') for x in TEXT],
                          trainers.BpeTrainer(vocab_size=420, special_tokens=special + [f'<0x{i:02X}>' for i in range(256)], show_progress=False, max_token_length=6))
    j = json.loads(t.to_str())  # byte tokens belong to the vocabulary only
    j['added_tokens'] = [x for x in j['added_tokens'] if x['id'] < 3]
    t = Tokenizer.from_str(json.dumps(j))
    t.post_processor = processors.TemplateProcessing(single='<s> $A', pair='<s> $A <s>:1 $B:1', special_tokens=[('<s>', 1)])
    t.add_tokens([AddedToken('<note>', lstrip=True, normalized=False)])
    decoder = {str(k): state(v) for k, v in t.get_added_tokens_decoder().items()}
    one = lambda x: {'__type': 'AddedToken', **{k: v for k, v in state(AddedToken(x, special=True, normalized=False)).items() if k != 'special'}}
    config = {'add_bos_token': True, 'add_eos_token': False, 'added_tokens_decoder': decoder, 'bos_token': one('<s>'), 'eos_token': one('</s>'), 'unk_token': one('<unk>'),
              'pad_token': None, 'clean_up_tokenization_spaces': False, 'model_max_length': 512, 'tokenizer_class': 'LlamaTokenizer'}
    return write('sentencepiece', t, config, special_tokens_map__json={'bos_token': one('<s>'), 'eos_token': one('</s>'), 'unk_token': one('<unk>')}, chat_template__jinja=INST)


def digits():
    """As SmolLM2's: each digit of any script a piece, GPT-2's byte-level pieces, a class in the config that would drop the first."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    t.decoder = decoders.ByteLevel()
    special = [AddedToken(x, special=True, normalized=False) for x in ('<|endoftext|>', '<|im_start|>', '<|im_end|>')]
    t.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    config = {'bos_token': '<|im_start|>', 'eos_token': '<|im_end|>', 'pad_token': '<|im_end|>', 'unk_token': '<|endoftext|>', 'additional_special_tokens': ['<|im_start|>', '<|im_end|>'],
              'chat_template': CHATML, 'clean_up_tokenization_spaces': False, 'model_max_length': 512, 'tokenizer_class': 'GPT2Tokenizer'}
    return write('digits', t, config)


def words():
    """Words by the Whitespace step, a lower-casing normalizer, unknown words, begin and end marks, a pad token of its own, spaces cleaned up."""
    t = Tokenizer(models.WordPiece(unk_token='[UNK]'))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Whitespace()
    t.decoder = decoders.WordPiece()
    t.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=200, special_tokens=['[UNK]', '[CLS]', '[SEP]', '[PADDING]'], show_progress=False))
    t.post_processor = processors.TemplateProcessing(single='[CLS] $A [SEP]', pair='[CLS] $A [SEP] $B:1 [SEP]:1', special_tokens=[('[CLS]', 1), ('[SEP]', 2)])
    config = {'bos_token': '[CLS]', 'eos_token': '[SEP]', 'pad_token': '[PADDING]', 'unk_token': '[UNK]', 'clean_up_tokenization_spaces': True, 'model_max_length': 512, 'tokenizer_class': 'PreTrainedTokenizerFast'}
    return write('words', t, config)


TEXTS = ['', ' ', 'Write a poem: the sea', ' two  spaces ', 'It is 12345 days; 3.14', '٣٤ Ⅷ ½ x² ①②', '请写一首诗：红绫缠腕。', 'naïve café e\u0301', '🙂 x 👨‍👩‍👧', 'a\nb\r\n\tc', 'x <note> y<note>z',
         '<s>text</s>', '<|im_start|>user\nhi<|im_end|>', '[CLS] x [SEP]', "it's don't . , !", '𠮷野家', 'a\u200bb\u00a0c', 'ＡＢＣ＿１２']
ROWS = [{'instruct': 'Write a poem: ', 'input': 'the sea', 'label': 'waves sing.'}, {'instruct': '请写一首诗：', 'input': '红绫', 'label': '风火踏浪。'},
        {'instruct': 'Say 1', 'input': '', 'label': '2'}, {'instruct': 'the se', 'input': '', 'label': 'a sings'}]


def cases(folder):
    tok = transformers.TokenizersBackend.from_pretrained(folder)  # as tokenizer.json says; AutoTokenizer might build GPT2Tokenizer
    if tok.pad_token in (None, tok.eos_token): tok.add_special_tokens({'pad_token': '[PAD]'})
    out = {'bos_id': tok.bos_token_id, 'eos_id': tok.eos_token_id, 'pad_token': tok.pad_token, 'pad_id': tok.pad_token_id, 'length': len(tok), 'texts': [], 'rows': []}
    for text in TEXTS:
        ids = tok(text)['input_ids']
        out['texts'].append({'text': text, 'ids': ids, 'ids_without_special_tokens': tok(text, add_special_tokens=False)['input_ids'],
                             'decoded': tok.decode(ids), 'decoded_without_special_tokens': tok.decode(ids, skip_special_tokens=True)})
    for row in ROWS:
        prompt = row['instruct'] + row['input']
        case = {'row': row}
        for limit in (512, 6):
            ids = tok(prompt + row['label'] + tok.eos_token, truncation=True, max_length=limit)['input_ids']
            n = len(tok(prompt)['input_ids'])
            case[f'max_length_{limit}'] = {'input_ids': ids, 'labels': [-100] * min(n, len(ids)) + ids[n:]}
        if tok.chat_template:
            user = [{'role': 'user', 'content': prompt}]
            whole = user + [{'role': 'assistant', 'content': row['label']}]
            case['chat'] = {'prompt': tok.apply_chat_template(user, tokenize=False, add_generation_prompt=True), 'whole': tok.apply_chat_template(whole, tokenize=False),
                            'prompt_ids': tok.apply_chat_template(user, add_generation_prompt=True, return_dict=True)['input_ids'],
                            'whole_ids': tok.apply_chat_template(whole, return_dict=True)['input_ids']}
        out['rows'].append(case)
    return out


folders = [sentencepiece(), digits(), words()]
json.dump({'versions': {'transformers': transformers.__version__, 'tokenizers': tokenizers.__version__}, **{os.path.basename(f): cases(f) for f in folders}},
          open(f'{OUT}/cases.json', 'w'), ensure_ascii=False, indent=1)
