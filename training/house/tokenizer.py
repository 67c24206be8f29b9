"""The tokenizer: byte-level BPE, trained on the library. `<|story|>`, token 0, begins every document."""
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 4096
STORY = "<|story|>"


def train(found, path, vocabulary=VOCABULARY):
    """Writes tokenizer.json for the documents `found`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=[STORY], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    tokenizer.train_from_iterator((document["text"] for document in found), trainer)
    tokenizer.save(str(path))
