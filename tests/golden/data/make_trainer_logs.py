"""The log, trainer_state and remaining checkpoints of real Hugging Face Trainer runs (transformers 5.23.0, accelerate 1.15.0, torch 2.15.0; CPU,
one thread; bitsandbytes 0.50.2): the tiny qwen2 of this folder, its six rows and five held-out ones, a run for each list of settings below. Run:
  python make_trainer_logs.py        writes trainer_logs.json beside itself"""
import json, os, shutil, tempfile
os.environ['HF_HUB_OFFLINE'] = '1'
import bitsandbytes.backends.cpu.ops
import torch
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def quantise_to_the_nearest(values, code, absmax_out, codes_out, blocksize):
    """bitsandbytes' CPU build looks codes up in a coarse table and so takes a neighbour now and then; its PyTorch code, for float64, does not."""
    codes, absmax = torch.ops.bitsandbytes.quantize_blockwise(values.double(), code, blocksize)
    codes_out.copy_(codes)
    absmax_out.copy_(absmax)


bitsandbytes.backends.cpu.ops._quant_blockwise_fp32_direct = quantise_to_the_nearest

golden = json.load(open(f'{HERE}/qwen2/golden.json'))
PAD = golden['pad_id']
ROWS = [(row['input_ids'], row['labels']) for row in golden['accumulation']['rows']]
MASKED = (ROWS[0][0], [-100] * len(ROWS[0][0]))
HELD_OUT = [ROWS[4], ROWS[2], ROWS[0], ROWS[5], ROWS[1]]

BASE = dict(per_device_train_batch_size=2, learning_rate=2e-3)
OPTIM = dict(optim='adamw_torch')
RUNS = {
    'defaults, a line for every epoch': dict(num_train_epochs=3, logging_strategy='epoch'),
    'steps, first step, cosine, warm-up share, weight decay, half an epoch': dict(
        num_train_epochs=2.5, logging_steps=2, logging_first_step=True, lr_scheduler_type='cosine', warmup_steps=0.2, weight_decay=0.1),
    'accumulation with an uneven last window': dict(
        per_device_train_batch_size=1, gradient_accumulation_steps=4, max_steps=5, logging_steps=1, save_steps=2),
    'the best of every epoch is loaded, one checkpoint': dict(
        learning_rate=2e-2, num_train_epochs=4, logging_strategy='epoch', eval_strategy='epoch', save_strategy='epoch',
        per_device_eval_batch_size=2, load_best_model_at_end=True, save_total_limit=1),
    'the best is the first and outlives the others': dict(
        num_train_epochs=4, eval_strategy='epoch', save_strategy='epoch', load_best_model_at_end=True, greater_is_better=True,
        save_total_limit=2),
    'the best only': dict(
        learning_rate=2e-2, num_train_epochs=3, logging_steps=4, eval_strategy='steps', eval_steps=2, save_strategy='best',
        per_device_eval_batch_size=4, metric_for_best_model='loss', save_total_limit=2),
    'incomplete batches dropped': dict(
        per_device_train_batch_size=4, num_train_epochs=3, logging_steps=1, dataloader_drop_last=True, eval_strategy='epoch',
        per_device_eval_batch_size=2, save_strategy='no'),
    'constant with warm-up, no clipping, other moments': dict(
        num_train_epochs=2, logging_steps=1, lr_scheduler_type='constant_with_warmup', warmup_steps=3, max_grad_norm=0.0,
        adam_beta1=0.8, adam_beta2=0.95, adam_epsilon=1e-6, save_strategy='no'),
    'shares of the run': dict(
        num_train_epochs=3, logging_steps=0.25, eval_strategy='steps', eval_steps=0.2, save_strategy='steps', save_steps=0.4,
        load_best_model_at_end=True, per_device_eval_batch_size=8),
    'another seed of the data, a limit of two': dict(
        num_train_epochs=3, logging_steps=3, data_seed=7, save_steps=2, save_total_limit=2),
    'no log, the end inside an epoch': dict(
        max_steps=5, logging_strategy='no', eval_strategy='epoch', save_strategy='epoch', metric_for_best_model='eval_loss',
        per_device_eval_batch_size=3),
    'a row and a held-out batch with nothing to learn': dict(
        per_device_train_batch_size=4, num_train_epochs=2, logging_steps=1, eval_strategy='epoch', save_strategy='no',
        per_device_eval_batch_size=1, masked=True),
    'sgd': dict(optim='sgd', learning_rate=0.1, num_train_epochs=3, logging_steps=1, weight_decay=0.1, save_strategy='no'),
    'adafactor': dict(optim='adafactor', num_train_epochs=3, logging_steps=1, weight_decay=0.1, save_strategy='no'),
    'adamw_8bit': dict(optim='adamw_8bit', num_train_epochs=3, logging_steps=1, weight_decay=0.1, save_strategy='no'),
    'constant, evaluated by the steps of the log': dict(
        num_train_epochs=2, logging_steps=4, eval_strategy='steps', lr_scheduler_type='constant', seed=3, save_steps=3),
}


class Rows(torch.utils.data.Dataset):
    def __init__(self, rows): self.rows = rows
    def __len__(self): return len(self.rows)
    def __getitem__(self, index): return self.rows[index]


def collate(rows):
    length = max(len(ids) for ids, _ in rows)
    padded = lambda part, value: torch.tensor([row[part] + [value] * (length - len(row[part])) for row in rows])
    return {'input_ids': padded(0, PAD), 'labels': padded(1, -100),
            'attention_mask': torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids, _ in rows])}


def run(masked=False, **settings):
    folder = tempfile.mkdtemp()
    model = AutoModelForCausalLM.from_pretrained(f'{HERE}/qwen2', dtype=torch.float32)
    arguments = TrainingArguments(folder, **{**OPTIM, **BASE, **settings}, report_to='none', use_cpu=True, disable_tqdm=True,
                                  save_only_model=True)
    rows, held_out = (ROWS + [MASKED], HELD_OUT + [MASKED]) if masked else (ROWS, HELD_OUT)
    trainer = Trainer(model=model, args=arguments, train_dataset=Rows(rows), eval_dataset=Rows(held_out), data_collator=collate)
    trainer.train()
    trainer.save_state()
    state = json.load(open(f'{folder}/trainer_state.json'))
    if state['best_model_checkpoint']: state['best_model_checkpoint'] = os.path.basename(state['best_model_checkpoint'])
    clock = ('_runtime', '_per_second')
    state['log_history'] = [{k: v for k, v in line.items() if not k.endswith(clock)} for line in state['log_history']]
    del state['stateful_callbacks']
    checkpoints = sorted(int(name.split('-')[1]) for name in os.listdir(folder) if name.startswith('checkpoint-'))
    shutil.rmtree(folder)
    return {'settings': {**BASE, **settings}, 'masked': masked, 'trainer_state': state, 'checkpoints': checkpoints,
            'weights_norm': sum((p.double() ** 2).sum().item() for p in model.parameters()) ** 0.5}


runs = {name: run(**settings) for name, settings in RUNS.items()}
json.dump(runs, open(f'{HERE}/trainer_logs.json', 'w'), ensure_ascii=False, indent=1)
