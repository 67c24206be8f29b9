"""Draws the loss and the learning rate of a run as SVG: `python training/house/plot.py LOG OUT.svg`. Needs nothing but Python."""
import json
import sys
from pathlib import Path

WIDTH, LEFT, RIGHT, TALL, BETWEEN, TOP = 720, 56, 16, 180, 56, 44
STYLE = """
  svg { color: #1d2129; --paper: #ffffff; --line: #e4e1da; --soft: #5a616d; --accent: #2f5d8a; font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
  @media (prefers-color-scheme: dark) { svg { color: #e8e6e1; --paper: #1b1e24; --line: #2d323b; --soft: #a0a8b4; --accent: #8ab8e6; } }
  .paper { fill: var(--paper); } .grid { stroke: var(--line); } .tick { fill: var(--soft); font-size: 13px; } .title { fill: currentColor; font-size: 15px; font-weight: 600; }
  .curve { fill: none; stroke: var(--accent); stroke-width: 2; }
"""


def ticks(low, high):
    """Up to six round numbers between two others."""
    unit = 10.0 ** -6
    while True:
        for factor in (1, 2, 5):
            if (high - low) / (unit * factor) <= 5:
                each = unit * factor
                first = -int(-low // each) if low % each else int(low / each)
                return [round(number * each, 6) for number in range(first, int(high / each + 1e-9) + 1)]
        unit *= 10


def panel(index, title, points, last, low, high):
    top = TOP + index * (TALL + BETWEEN)

    def x(step):
        return round(LEFT + step / last * (WIDTH - LEFT - RIGHT), 1)

    def y(value):
        return round(top + TALL - (value - low) / (high - low) * TALL, 1)

    yield f'<text class="title" x="{LEFT}" y="{top - 12}">{title}</text>'
    for tick in ticks(low, high):
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick)}" y2="{y(tick)}"/>'
        yield f'<text class="tick" x="{LEFT - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>'
    for tick in ticks(0, last):
        yield f'<text class="tick" x="{x(tick)}" y="{top + TALL + 18}" text-anchor="middle">{tick:g}</text>'
    yield f'<polyline class="curve" points="{" ".join(f"{x(step)},{y(value)}" for step, value in points)}"/>'


def main():
    lines = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    losses = [(line["step"], line["loss"]) for line in lines if line["event"] == "loss"]
    rates = [(line["step"], line["rate"]) for line in lines if line["event"] == "loss"]
    if len(losses) < 2:
        raise SystemExit(f"{sys.argv[1]}: too few steps to draw")
    last, values = losses[-1][0], [value for _, value in losses]
    margin = 0.05 * (max(values) - min(values)) or 0.1
    height = TOP + 2 * TALL + BETWEEN + 44
    words = f"Over {last} steps the loss goes from {values[0]:.3f} to {values[-1]:.3f} nats a token."
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc">',
        '<title id="title">Loss and learning rate by step</title>',
        f'<desc id="desc">{words}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="12"/>',
        *panel(0, "Loss, nats a token", losses, last, min(values) - margin, max(values) + margin),
        *panel(1, "Learning rate, as a part of the highest", rates, last, 0, 1),
        f'<text class="tick" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{height - 8}" text-anchor="middle">Step</text>',
        "</svg>",
    ]
    Path(sys.argv[2]).write_text("\n".join(drawn) + "\n")


if __name__ == "__main__":
    main()
