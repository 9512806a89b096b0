"""The tutorial as a person writes it with the Hugging Face Trainer: trains rows, saves the model and answers questions: measure_tutorial.py ANSWER < TASK"""
import json, os, sys, tempfile, time
os.environ['HF_HUB_OFFLINE'] = '1'
task = json.load(sys.stdin)
import accelerate, torch, transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

torch.set_num_threads(task['threads'])
tokenizer = AutoTokenizer.from_pretrained(task['model'])
model = AutoModelForCausalLM.from_pretrained(task['model'], dtype=torch.float32)
if tokenizer.pad_token in (None, tokenizer.eos_token):
    tokenizer.add_special_tokens({'pad_token': '[PAD]'})
if len(tokenizer) > model.get_input_embeddings().num_embeddings:
    model.resize_token_embeddings(len(tokenizer))


def tokenised(row):
    prompt = row['instruct'] + row['input']
    ids = tokenizer(prompt + row['label'] + tokenizer.eos_token)['input_ids']
    given = len(tokenizer(prompt)['input_ids'])
    return {'input_ids': ids, 'labels': [-100] * given + ids[given:]}


def collate(rows):
    length = max(len(row['input_ids']) for row in rows)
    padded = lambda values, filler: values + [filler] * (length - len(values))
    return {
        'input_ids': torch.tensor([padded(row['input_ids'], tokenizer.pad_token_id) for row in rows]),
        'attention_mask': torch.tensor([padded([1] * len(row['input_ids']), 0) for row in rows]),
        'labels': torch.tensor([padded(row['labels'], -100) for row in rows]),
    }


def answered(question):
    given = tokenizer(question['text'], return_tensors='pt')
    ids = model.generate(**given, max_new_tokens=question['max_new_tokens'], do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return tokenizer.decode(ids[0, given['input_ids'].shape[1]:], skip_special_tokens=True)


with tempfile.TemporaryDirectory() as folder:
    arguments = TrainingArguments(folder, **task['settings'], report_to='none', use_cpu=True, disable_tqdm=True)
    rows = [tokenised(row) for row in task['rows']]
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=collate, processing_class=tokenizer)
    trainer.train()
    trainer.save_model()
seconds_to_trained = time.time() - task['started'] / 1000
model.eval()
with open(sys.argv[1], 'w', encoding='utf-8') as file:
    json.dump({
        'secondsToTrained': seconds_to_trained,
        'answers': {question['text']: answered(question) for question in task['questions']},
        'versions': {module.__name__: module.__version__ for module in [torch, transformers, accelerate]},
    }, file)
