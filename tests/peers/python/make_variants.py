"""Small random models of every supported shape, saved in several ways, with the logits and gradients that PyTorch computes.

Task: folder, variants: {name: {family, config (fields of the config class), save: {dtype, max_shard_size}, version (4 or 5)}}, rows (ids, labels).
Writes a model folder for each name. `golden.safetensors` there holds `logits` of the rows end to end [tokens, vocabulary], and `grad.NAME`
of the mean loss over all learned tokens. Answer: the losses by name."""
import json, os
import peer
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

# Fields of version 5 that version 4 wrote otherwise, as its files on the hub have them.
def as_version_4(path):
    with open(path, encoding='utf-8') as file: config = json.load(file)
    rope = config.pop('rope_parameters')
    config['torch_dtype'] = config.pop('dtype')
    config['rope_theta'] = rope.pop('rope_theta')
    config['rope_scaling'] = None if rope['rope_type'] == 'default' else rope
    config.pop('layer_types', None)
    config['transformers_version'] = '4.46.0'
    with open(path, 'w', encoding='utf-8') as file: json.dump(config, file)


def make(folder, family, config, save, version, rows):
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **config))
    with torch.no_grad():
        # Biases begin as zeros and norms as ones: leaving one out would not show.
        for name, parameter in made.named_parameters():
            if name.endswith('bias') or 'norm' in name: parameter.add_(0.3 * torch.randn_like(parameter))
            else: parameter.mul_(4)
    made.to(getattr(torch, save['dtype'])).save_pretrained(folder, max_shard_size=save['max_shard_size'])
    if version == 4: as_version_4(f'{folder}/config.json')

    model = peer.open_model(folder)
    model.train()
    logits, losses, learned = [], [], 0
    for ids, labels in rows:
        scores = model(input_ids=torch.tensor([ids])).logits[0]
        logits.append(scores.detach())
        losses.append(torch.nn.functional.cross_entropy(scores[:-1], torch.tensor(labels[1:]), ignore_index=-100, reduction='sum'))
        learned += sum(label >= 0 for label in labels[1:])
    loss = sum(losses) / learned
    loss.backward()
    golden = {'logits': torch.cat(logits), **{f'grad.{name}': each.grad for name, each in model.named_parameters()}}
    save_file({name: tensor.contiguous() for name, tensor in golden.items()}, f'{folder}/golden.safetensors')
    return loss.item()


def make_all(folder, variants, rows):
    return {name: make(os.path.join(folder, name), **each, rows=rows) for name, each in variants.items()}


peer.answer(make_all)
