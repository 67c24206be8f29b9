"""The poems as tokens, cut into windows."""
import numpy as np
from tokenizers import Tokenizer

# Every Nth poem, starting with the first, is held out of training.
HELD_OUT = 17


def windows(documents, length, seed, epoch):
    """One pass over the documents: shuffled, laid end to end, cut at a random place into rows of length + 1 tokens."""
    random = np.random.default_rng([seed, epoch])
    stream = np.concatenate([documents[index] for index in random.permutation(len(documents))])
    start = random.integers(0, length) if len(stream) > 2 * length else 0
    rows = (len(stream) - start - 1) // length
    cut = [stream[start + row * length :][: length + 1] for row in range(rows)]
    return np.stack([cut[row] for row in random.permutation(rows)])


def beginnings(documents, tokens, length, tokenizer_path):
    """The first tokens of each document, with the bytes that they stand for."""
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    for document, ids in zip(documents, tokens):
        first = ids[: length + 1]
        whole = len(first) == len(ids)
        text = document["text"] if whole else tokenizer.decode(first[1:].tolist(), skip_special_tokens=False)
        yield first, len(text.encode())
