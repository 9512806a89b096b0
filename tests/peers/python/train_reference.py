"""Supervised fine-tuning as a person writes it with the Hugging Face Trainer: rows become ids and labels, AutoModelForCausalLM and
AutoTokenizer open the model, the Trainer does the rest. Several runs of one model, each with its settings.

Task: model (folder), runs: [{rows, held_out_rows, settings, prompts, answer_length}]. `settings` are TrainingArguments, `max_length`, and the
arguments of EarlyStoppingCallback.
Answer: a list of {trainer_state, checkpoints, train_results, all_results, answers (greedy, to the prompts, by the trained model)}."""
import json, os, tempfile
import peer
import torch
from transformers import EarlyStoppingCallback, Trainer, TrainingArguments


class Rows(torch.utils.data.Dataset):
    def __init__(self, rows): self.rows = rows
    def __len__(self): return len(self.rows)
    def __getitem__(self, index): return self.rows[index]


def tokenised(tokenizer, row, max_length):
    prompt = row['instruct'] + row['input']
    ids = tokenizer(prompt + row['label'] + tokenizer.eos_token, truncation=True, max_length=max_length)['input_ids']
    given = min(len(ids), len(tokenizer(prompt)['input_ids']))
    return {'input_ids': ids, 'labels': [-100] * given + ids[given:]}


def padding(pad_id):
    def collate(rows):
        length = max(len(row['input_ids']) for row in rows)
        padded = lambda values, filler: values + [filler] * (length - len(values))
        return {
            'input_ids': torch.tensor([padded(row['input_ids'], pad_id) for row in rows]),
            'attention_mask': torch.tensor([padded([1] * len(row['input_ids']), 0) for row in rows]),
            'labels': torch.tensor([padded(row['labels'], -100) for row in rows]),
        }
    return collate


def read(path):
    with open(path, encoding='utf-8') as file: return json.load(file)


def run(model, rows, held_out_rows, settings, prompts, answer_length):
    settings = {**settings}
    max_length = settings.pop('max_length', 512)
    stopping = {name: settings.pop(name) for name in ['early_stopping_patience', 'early_stopping_threshold'] if name in settings}
    tokenizer = peer.AutoTokenizer.from_pretrained(model)
    trained = peer.open_model(model)
    if tokenizer.pad_token in (None, tokenizer.eos_token):
        tokenizer.add_special_tokens({'pad_token': '[PAD]'})
    if len(tokenizer) > trained.get_input_embeddings().num_embeddings:
        trained.resize_token_embeddings(len(tokenizer))
    dataset = lambda some: Rows([tokenised(tokenizer, row, max_length) for row in some])
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=trained,
            args=TrainingArguments(folder, **settings, report_to='none', use_cpu=True, save_only_model=True),
            train_dataset=dataset(rows), eval_dataset=dataset(held_out_rows), data_collator=padding(tokenizer.pad_token_id),
            callbacks=[EarlyStoppingCallback(**stopping)] if stopping else [])
        result = trainer.train()
        trainer.save_metrics('train', result.metrics)
        trainer.save_state()
        state = read(f'{folder}/trainer_state.json')
        if state['best_model_checkpoint']: state['best_model_checkpoint'] = os.path.basename(state['best_model_checkpoint'])
        trained.eval()
        return {
            'trainer_state': state, 'train_results': read(f'{folder}/train_results.json'), 'all_results': read(f'{folder}/all_results.json'),
            'checkpoints': sorted(int(name.split('-')[1]) for name in os.listdir(folder) if name.startswith('checkpoint-')),
            'answers': [peer.continued(trained, tokenizer, prompt, answer_length) for prompt in prompts],
        }


if __name__ == '__main__':
    peer.answer(lambda model, runs: [run(model, **each) for each in runs])
