"""The Hugging Face Trainer on one batch, and how long that took: python train_peer.py MODEL ROWS.json STEPS"""
import json
import os
import resource
import sys
import time

PROCESS_STARTED = float(os.environ.get('BENCH_STARTED', time.time()))

import torch  # noqa: E402
from transformers import AutoModelForCausalLM, Trainer, TrainerCallback, TrainingArguments  # noqa: E402

folder, rows_file, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(os.cpu_count())
rows = json.load(open(rows_file))
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def collate(items):
    length = max(len(item['input_ids']) for item in items)

    def padded(key, value):
        return torch.tensor([item[key] + [value] * (length - len(item[key])) for item in items])

    mask = [[1] * len(item['input_ids']) + [0] * (length - len(item['input_ids'])) for item in items]
    return {'input_ids': padded('input_ids', 0), 'labels': padded('labels', -100), 'attention_mask': torch.tensor(mask)}


class Clock(TrainerCallback):
    def __init__(self):
        self.steps, self.losses, self.first = [], [], 0.0

    def on_step_begin(self, *_, **__):
        self.started = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.steps.append(time.perf_counter() - self.started)
        self.first = self.first or time.time() - PROCESS_STARTED

    def on_log(self, args, state, control, logs=None, **_):
        if logs and 'loss' in logs:
            self.losses.append(float(logs['loss']))


clock = Clock()
arguments = TrainingArguments(
    os.environ.get('BENCH_OUTPUT', 'bench-output'), per_device_train_batch_size=len(rows), max_steps=steps, logging_steps=1,
    train_sampling_strategy='sequential', save_strategy='no', report_to='none', use_cpu=True, disable_tqdm=True)
Trainer(model=model, args=arguments, train_dataset=rows, data_collator=collate, callbacks=[clock]).train()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print('\n' + json.dumps({'steps': clock.steps, 'losses': clock.losses, 'firstStepDone': clock.first, 'peakMemory': peak}))
