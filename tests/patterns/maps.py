"""Four hundred attention maps to label by eye: which they are, and pictures of them.

``python -m tests.patterns.maps FOLDER`` draws the contact sheets of two labellings, each in an order and in colours of
its own: rows are words, columns special tokens (left of the line) and words; dark is 0, bright is 1. The sheets tell a
number and nothing else, so that whoever labels knows neither model nor rule, nor what was said the first time.

How they were labelled: both times by one multimodal language model, which saw the sheets only; so the agreement of the
two is that of one reader with itself. What each label stands for:
sink: most weight goes to special tokens; vertical: to one or a few words' columns; diagonal: along one stripe;
block: within the sentences; uniform: evenly; sparse: to single cells that are on no line; heterogeneous: none of these.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

import mhattn_core as mh
from mhattn_core.charts.theme import attention_colours

SEED = 400
SIDE, COLUMNS, ON_A_SHEET = 190, 8, 40
GREYS = np.array([[0, 0, 0], [255, 255, 255]])
VIRIDIS = attention_colours(10)
LABELLINGS = {"first": (1, GREYS), "second": (2, VIRIDIS)}
"""The seed of the order, and the colours from 0 to 1."""
ENGLISH = [
    ("Although the weather is bad, we still want to go out.", ""),
    ("The keys that the old man lost yesterday are on the kitchen table.", ""),
    ("The quick brown fox jumps over the lazy dog", ""),
    ("A child is playing football in the park.", "In the park, a boy kicks a ball."),
    ("My sister sold her blue bicycle last week.", "She wants to buy a faster one."),
    ("Nobody in the village remembered who had planted the tall trees by the river.", ""),
    ("The letter arrived late, so the lawyer could not answer it in time.", ""),
    ("Two boats left the harbour at dawn.", "Only one of them came back before the storm."),
]
TRANSLATED = [
    ("I read a book in the library yesterday, but I forgot its title.", "我昨天在图书馆看了一本书，但是我忘了书名。"),
    ("The old teacher still walks to school every morning with his dog.", "老教师每天早上还是和他的狗一起走路去学校。"),
    ("Because the road was closed, we came home very late.", "因为路封了，所以我们很晚才回家。"),
    ("She bought three red apples and a bottle of milk at the market.", "她在市场买了三个红苹果和一瓶牛奶。"),
]


class Map(NamedTuple):
    model: str
    stack: str
    layer: int
    head: int
    source: str
    target: str


PLAN = [
    ("minilm", {"encoder": (6, 12)}, 110, ENGLISH),
    ("smollm2", {"decoder": (30, 9)}, 140, ENGLISH),
    ("marian-en-zh", dict.fromkeys(("encoder", "decoder", "cross"), (3, 8)), 75, TRANSLATED),
    (
        "marian-zh-en",
        dict.fromkeys(("encoder", "decoder", "cross"), (3, 8)),
        75,
        [(target, source) for source, target in TRANSLATED],
    ),
]


def all_maps() -> Iterator[Map]:
    """Heads and sentences drawn at random; the stacks of a model take turns."""
    random = np.random.default_rng(SEED)
    for model, stacks, number, texts in PLAN:
        for turn in range(number):
            stack = list(stacks)[turn % len(stacks)]
            layer, head = (int(random.integers(size)) for size in stacks[stack])
            yield Map(model, stack, layer, head, *texts[int(random.integers(len(texts)))])


def weights(model: mh.Model, shown: Map) -> tuple[np.ndarray, int]:
    """What is drawn, ``[word, special token or word]``, and how many of the columns are special tokens."""
    seen = mh.attend(model, mh.SentencePair(shown.source, shown.target))
    grid = seen.words(shown.stack)
    special = [piece.side is None for piece in seen.pieces(shown.stack)[1]]
    rows = grid.query_axis.averaged(seen.pattern(shown.stack)[shown.layer, shown.head])
    return np.concatenate([rows[:, special], grid.pattern[shown.layer, shown.head]], axis=1), sum(special)


def picture(number: int, cells: np.ndarray, special: int, colours: np.ndarray) -> Image.Image:
    """One map on a square of ``SIDE`` pixels; the square root of a weight is its brightness."""
    scale = (SIDE - 22) // max(cells.shape)
    levels = np.sqrt(np.clip(cells, 0, 1)) * (len(colours) - 1)
    painted = np.stack([np.interp(levels, range(len(colours)), colours[:, channel]) for channel in range(3)], axis=-1)
    size = (cells.shape[1] * scale, cells.shape[0] * scale)
    sheet = Image.new("RGB", (SIDE, SIDE), "#204060")
    sheet.paste(Image.fromarray(painted.astype(np.uint8)).resize(size, Image.Resampling.NEAREST), (4, 16))
    draw = ImageDraw.Draw(sheet)
    draw.text((4, 3), f"{number}", fill="white")
    draw.line([(4 + special * scale, 16), (4 + special * scale, 16 + size[1])], fill="#ff8000", width=2)
    return sheet


def main(folder: Path) -> None:
    models = {name: mh.load(name, device="cpu") for name, *_rest in PLAN}
    drawn = [weights(models[shown.model], shown) for shown in all_maps()]
    for labelling, (seed, colours) in LABELLINGS.items():
        order = np.random.default_rng(seed).permutation(len(drawn))
        for start in range(0, len(drawn), ON_A_SHEET):
            sheet = Image.new("RGB", (COLUMNS * SIDE, ON_A_SHEET // COLUMNS * SIDE))
            for place in range(ON_A_SHEET):
                one = picture(start + place, *drawn[order[start + place]], colours)
                sheet.paste(one, (place % COLUMNS * SIDE, place // COLUMNS * SIDE))
            sheet.save(folder / f"{labelling}-{start}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
