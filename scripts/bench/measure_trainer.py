"""The same as measure.ts with the Hugging Face Trainer, and with PEFT for LoRA: measure_trainer.py ANSWER < TASK"""
import json, os, re, sys, time
os.environ['HF_HUB_OFFLINE'] = '1'
task = json.load(sys.stdin)
import accelerate, torch, transformers
from transformers import AutoModelForCausalLM, Trainer, TrainerCallback, TrainingArguments
import tempfile

torch.set_num_threads(task['threads'])
PAD = 0


class Rows(torch.utils.data.Dataset):
    def __len__(self): return len(task['rows'])
    def __getitem__(self, index): return task['rows'][index]


def collate(rows):
    length = max(len(row['ids']) for row in rows)
    padded = lambda values, filler: values + [filler] * (length - len(values))
    return {
        'input_ids': torch.tensor([padded(row['ids'], PAD) for row in rows]),
        'attention_mask': torch.tensor([padded([1] * len(row['ids']), 0) for row in rows]),
        'labels': torch.tensor([padded(row['labels'], -100) for row in rows]),
    }


class Watch(TrainerCallback):
    seconds, to_first_step = [], None
    def on_train_begin(self, *_, **__): self.started = time.perf_counter()
    def on_step_end(self, *_, **__):
        now = time.perf_counter()
        self.seconds.append(now - self.started)
        if self.to_first_step is None: self.to_first_step = time.time() - task['started'] / 1000
        self.started = now


watch = Watch()
model = AutoModelForCausalLM.from_pretrained(task['model'], dtype=torch.float32)
if task['method'] == 'lora':
    import peft
    model = peft.get_peft_model(model, peft.LoraConfig(**task['lora'], task_type='CAUSAL_LM'))
with tempfile.TemporaryDirectory() as folder:
    arguments = TrainingArguments(
        folder, **task['settings'], max_steps=task['steps'], per_device_train_batch_size=len(task['rows']), report_to='none',
        use_cpu=True, disable_tqdm=True, remove_unused_columns=False)
    trainer = Trainer(model=model, args=arguments, train_dataset=Rows(), data_collator=collate, callbacks=[watch])
    trainer.train()
with open('/proc/self/status') as file:
    peak = int(re.search(r'^VmHWM:\s+(\d+) kB$', file.read(), re.M)[1]) * 1024
with open(sys.argv[1], 'w') as file:
    json.dump({
        'secondsOfSteps': watch.seconds, 'losses': [line['loss'] for line in trainer.state.log_history if 'loss' in line],
        'secondsToFirstStep': watch.to_first_step, 'peakMemory': peak,
        'versions': {
            module.__name__: module.__version__
            for module in [torch, transformers, accelerate, *([peft] if task['method'] == 'lora' else [])]
        },
    }, file)
