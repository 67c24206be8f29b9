"""Stories from fixed prompts, to be read: `python training/house/samples.py MODEL [FABULA]`. Prints them, and how many of them end.

MODEL is whatever the command line takes: a GGUF file or a checkpoint folder. Needs the command line (`cargo build --release`).
"""
import json
import subprocess
import sys

PROMPTS = [
    "Once upon a time, there was a little",
    "The king had three daughters.",
    "Lily found a strange door in the garden.",
    "The old witch lived in a little house",
    "Peter Rabbit was",
    "One day, a boy named Tim went to the park with his mom.",
    "Deep in the forest there lived a wolf who",
    "A poor miller had nothing left but his donkey.",
    "The moon rose above the sea, and",
    '"Who are you?" asked the cat.',
    "Tom and Sue were playing with a red ball.",
    "Long ago, in a far country, a giant",
    "Mother told the children not to open the box.",
    "The dragon was sad because",
    "In the morning the snow had covered everything,",
]
SEEDS = (1, 2)
# A context less a prompt: what does not end in it, does not end in the page.
TOKENS = 480


def main():
    model, fabula = sys.argv[1], (sys.argv[2:] or ["target/release/fabula"])[0]
    print(
        f"`training/house/samples.py`: {len(PROMPTS)} prompts, {len(SEEDS)} seeds each, temperature 0.8, top-p 0.95, up to {TOKENS} tokens; "
        "none is left out.", end="\n\n",
    )
    ended = 0
    for prompt in PROMPTS:
        for seed in SEEDS:
            settings = ["--temperature", "0.8", "--top-p", "0.95", "--tokens", str(TOKENS), "--seed", str(seed), "--prompt", prompt]
            done = subprocess.run([fabula, "generate", "--json", "--model", model, *settings], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr.strip())
            story = json.loads(done.stdout)
            ended += story["ended"] == "story"
            text = story["text"].replace("\n", "\n\n")
            print(f"**{prompt}**{text}", f"({len(story['token_ids'])} tokens, seed {seed}, ended by {story['ended']})", sep="\n\n", end="\n\n")
    print(f"{ended} of {len(PROMPTS) * len(SEEDS)} stories end by themselves.")


if __name__ == "__main__":
    main()
