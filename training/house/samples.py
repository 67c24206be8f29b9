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
]
SEEDS = (1, 2)
# A context less a prompt: what does not end in it, does not end in the page.
TOKENS = 480


def main():
    model, fabula = sys.argv[1], (sys.argv[2:] or ["target/release/fabula"])[0]
    ended = 0
    for prompt in PROMPTS:
        for seed in SEEDS:
            settings = ["--temperature", "0.8", "--top-p", "0.95", "--tokens", str(TOKENS), "--seed", str(seed), "--prompt", prompt]
            done = subprocess.run([fabula, "generate", "--json", "--model", model, *settings], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr.strip())
            story = json.loads(done.stdout)
            ended += story["ended"] == "story"
            print(f"**{prompt}**{story['text']}", f"({len(story['token_ids'])} tokens, seed {seed}, ended by {story['ended']})", sep="\n\n", end="\n\n")
    print(f"{ended} of {len(PROMPTS) * len(SEEDS)} stories end by themselves.")


if __name__ == "__main__":
    main()
