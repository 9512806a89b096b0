"""Opens model folders as anyone would, and says what is in them.

Task: folders, each {folder, rows (lists of ids), texts, prompts, answer_length}.
Answer: for each {logits (a flat list for each row), ids (of each text), decoded (of each text's ids), special_tokens, answers, state
(TrainerState's fields, where the folder has a trainer_state.json)}."""
import dataclasses, os
import peer
import torch
from transformers import TrainerState


def inspect(folder, rows, texts, prompts, answer_length):
    model = peer.open_model(folder)
    model.eval()
    tokenizer = peer.AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([ids])).logits.flatten().tolist() for ids in rows]
    ids = [tokenizer(text)['input_ids'] for text in texts]
    state = f'{folder}/trainer_state.json'
    return {
        'logits': logits, 'ids': ids, 'decoded': [tokenizer.decode(each) for each in ids],
        'special_tokens': {'eos': tokenizer.eos_token_id, 'pad': tokenizer.pad_token_id},
        'answers': [peer.continued(model, tokenizer, prompt, answer_length) for prompt in prompts],
        'state': dataclasses.asdict(TrainerState.load_from_json(state)) if os.path.exists(state) else None,
    }


peer.answer(lambda folders: [inspect(**each) for each in folders])
