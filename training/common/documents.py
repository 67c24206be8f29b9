"""Documents from a file, those held out, and their tokens."""
import json
import lzma

import numpy as np
from tokenizers import Tokenizer

# `<|story|>` begins every document and ends the one before it.
BEGIN = 0


def read(path):
    """The documents of a .jsonl.xz file: {"shelf", "title", "author", "text"}."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def split(documents, every):
    """Those to learn from, and those held out: every Nth, starting with the first."""
    return [document for index, document in enumerate(documents) if index % every], documents[::every]


def encode(documents, tokenizer_path):
    """Each document's tokens, the beginning of a document first."""
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    encoded = tokenizer.encode_batch([document["text"] for document in documents], add_special_tokens=False)
    return [np.array([BEGIN, *document.ids], dtype=np.int64) for document in encoded]
