"""The library as tokens, and the windows that the model learns from."""
import hashlib
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parent.parent))
from common import documents

# Every Nth document, starting with the first, is held out of training.
HELD_OUT = 97
# For smoke runs, one document in this many is enough.
SMOKE = 40


class Library:
    """Documents with their tokens. `tokens` are all of them end to end, `starts` and `lengths` say where each lies."""

    def __init__(self, found, encoded):
        self.documents = found
        self.lengths = np.array([len(tokens) for tokens in encoded], dtype=np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.tokens = np.concatenate(encoded).astype(np.int64)

    def of(self, index):
        return self.tokens[self.starts[index] :][: self.lengths[index]]


def read(path, smoke=False):
    found = documents.read(path)
    return found[::SMOKE] if smoke else found


def tokens(found, tokenizer, cache):
    """What is learned from, and what is held out. Tokens are kept in the folder `cache`, for the next time."""
    key = hashlib.sha256(tokenizer.read_bytes())
    for document in found:
        key.update(document["text"].encode())
    kept = cache / f"tokens-{key.hexdigest()[:16]}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            encoded = np.split(stored["tokens"], np.cumsum(stored["lengths"])[:-1])
    else:
        print(f"making tokens of {len(found):,} documents, once", flush=True)
        encoded = documents.encode(found, tokenizer)
        lengths = np.array([len(tokens) for tokens in encoded])
        np.savez(kept, tokens=np.concatenate(encoded).astype(np.uint16), lengths=lengths)
    (learned, held), (learned_tokens, held_tokens) = documents.split(found, HELD_OUT), documents.split(encoded, HELD_OUT)
    return Library(learned, learned_tokens), Library(held, held_tokens)


def held_out(found, tokenizer):
    """What is held out alone."""
    _, held = documents.split(found, HELD_OUT)
    return Library(held, documents.encode(held, tokenizer))


class Windows:
    """Rows of length + 1 tokens, drawn for a step by its number alone, so that a run can go on where it was.

    A row lies in a document, drawn by its length and its shelf's weight. It begins with the document as often as with any other row's
    length of it: oftener, and the model learns the beginnings by heart (RESULTS.md). Where a document ends, another, drawn alike, begins: so the
    model learns what follows an end, and that nothing before it matters.
    """

    def __init__(self, library, length, batch, shelf_weights, seed):
        self.library, self.length, self.batch, self.seed = library, length, batch, seed
        weights = library.lengths * np.array([shelf_weights.get(document["shelf"], 1.0) for document in library.documents])
        self.up_to = np.cumsum(weights / weights.sum())

    def step(self, number):
        random = np.random.default_rng([self.seed, number])
        return np.stack([self.row(random) for _ in range(self.batch)])

    def row(self, random):
        document = self.draw(random)
        length = len(document)
        # A short one is read as a whole. The last half row is not a place to begin; what would begin before the document begins with it.
        if length > self.length:
            document = document[max(0, random.integers(-self.length, length - self.length // 2)) :]
        pieces, missing = [document[: self.length + 1]], self.length + 1 - len(document)
        while missing > 0:
            document = self.draw(random)
            pieces.append(document[:missing])
            missing -= len(document)
        return np.concatenate(pieces)

    def draw(self, random):
        place = min(np.searchsorted(self.up_to, random.random(), side="right"), len(self.up_to) - 1)
        return self.library.of(place)
