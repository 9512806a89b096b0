"""Which rows TRL packs together: python make_packing.py > packing.json (trl 1.16.0, datasets; no model is needed)."""
import importlib.metadata
import json
import random

import datasets
from trl.data_utils import pack_dataset

datasets.disable_progress_bars()
CASES = [
    # rows, shortest, longest, max_length
    (1, 5, 5, 8),
    (12, 1, 8, 8),
    (40, 0, 20, 32),
    (60, 3, 64, 64),
    (60, 10, 11, 32),
    (1030, 1, 12, 40),
]


def packed(number, shortest, longest, max_length):
    random.seed(number)
    lengths = [random.randint(shortest, longest) for _ in range(number)]
    # Each token says which row it is of.
    rows = datasets.Dataset.from_dict({"input_ids": [[row] * length for row, length in enumerate(lengths)]})
    sequences = pack_dataset(rows, max_length, "bfd")["input_ids"]
    return {"max_length": max_length, "lengths": lengths, "sequences": [list(dict.fromkeys(ids)) for ids in sequences]}


print(json.dumps({"trl": importlib.metadata.version("trl"), "cases": [packed(*case) for case in CASES]}, separators=(",", ":")))
