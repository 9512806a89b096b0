"""Scores by PEFT over an adapter's folder and by transformers over the model merged of it.

Task: adapter and merged (folders), ids. Answer: {adapter, merged}, each the logits of every token as a flat list."""
import peer
import torch
from peft import AutoPeftModelForCausalLM


def logits(model, ids):
    model.eval()
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits.flatten().tolist()


peer.answer(lambda adapter, merged, ids: {
    'adapter': logits(AutoPeftModelForCausalLM.from_pretrained(adapter, dtype=torch.float32), ids),
    'merged': logits(peer.open_model(merged), ids),
})
