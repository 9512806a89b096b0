"""Task: tokenizers (folders), texts. Answer: for each folder a list of {ids, decoded}, one for each text."""
import peer


def tokenise(folder, texts):
    tokenizer = peer.AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer(text)['input_ids'] for text in texts]
    return [{'ids': each, 'decoded': tokenizer.decode(each)} for each in ids]


peer.answer(lambda tokenizers, texts: [tokenise(folder, texts) for folder in tokenizers])
