"""One visual language: schemes and colours that mean the same on every page."""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO

import numpy as np
from PIL import Image

from mhattn_core.models.control_names import RANDOM, SHUFFLED, control_of

ATTENTION_SCHEME = "viridis"
DIFFERENCE_SCHEME = "purpleorange"
# Ten steps of the same scheme, for pictures that Vega does not draw.
_VIRIDIS = ["440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89", "35b779", "6dcd59", "b4de2c", "fde725"]
SPECIAL_COLOUR = "#8c8c8c"
WORD_COLOUR, TEXT_COLOUR = "#31333f", "#595959"
"""Of the words of a sentence, and of names and numbers among the marks; ``on_page`` has others for a dark page."""
MARK_COLOUR = "#d1495b"
FAINT, FAINT_OPACITY = "faint_opacity", 0.4
"""A chart's parameter, and its value: of marks that are only suggested; ``on_page`` has another for a dark page."""
# Okabe and Ito's palette, which survives colour blindness; random controls are always grey.
_MODEL_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"]
HEAD_COLOURS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"),
    *("#7f3fbf", "#8c510a", "#e7298a", "#4d8f00", "#5f6f8f", "#b3a100"),
)
"""Of heads that are laid over one another, by their number in the layer."""
_CONTROL_COLOURS = {RANDOM: "#999999", SHUFFLED: "#666666"}
_KNOWN_MODELS = ["minilm", "smollm2", "marian-en-zh", "marian-zh-en"]


def model_colour(name: str) -> str:
    """The colour of a model on every page."""
    if control := control_of(name):
        return _CONTROL_COLOURS[control]
    place = _KNOWN_MODELS.index(name) if name in _KNOWN_MODELS else sha256(name.encode()).digest()[0]
    return _MODEL_COLOURS[place % len(_MODEL_COLOURS)]


def model_colours(models: Sequence[str]) -> list[str]:
    """Of several models in one chart: where two trained ones would have the same, the later has the next that is free."""
    taken: list[str] = []
    for name in models:
        colour = model_colour(name)
        if colour in taken and not control_of(name):
            free = (other for other in (*_MODEL_COLOURS, *HEAD_COLOURS) if other not in taken)
            colour = next(free, colour)
        taken.append(colour)
    return taken


def attention_colours(levels: int = 256) -> np.ndarray:
    """The attention scheme as uint8 ``[level, 3]``."""
    steps = np.array([[int(step[place : place + 2], 16) for place in (0, 2, 4)] for step in _VIRIDIS])
    at = np.linspace(0, len(steps) - 1, levels)
    return (
        np.stack([np.interp(at, np.arange(len(steps)), steps[:, channel]) for channel in range(3)], axis=1)
        .round()
        .astype(np.uint8)
    )


def data_uri(levels: np.ndarray, palette: np.ndarray) -> str:
    """A PNG of indices ``[row, column]`` into ``palette`` ``[level, 3]``, as an address that a chart can draw."""
    image = Image.fromarray(levels.astype(np.uint8), mode="P")
    image.putpalette(palette.astype(np.uint8).tobytes())
    return png_uri(image)


def png_uri(image: Image.Image) -> str:
    """Any picture as a data address."""
    file = BytesIO()
    image.save(file, format="PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def label_expression(labels: Sequence[str]) -> str:
    """A Vega expression that writes ``labels`` at positions 0, 1, 2 …; equal labels stay apart."""
    return f"{json.dumps(list(labels), ensure_ascii=True)}[datum.value]"
