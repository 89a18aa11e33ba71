"""What a reader chooses in the chart of lines itself, without the server."""

import altair as alt
import numpy as np
import pandas as pd

from mhattn_core.charts.attention_drawn import Drawn
from mhattn_core.heads import layer_name
from mhattn_core.locale import _

BLOCKS = {"aa": "A → A", "ab": "A → B", "ba": "B → A", "bb": "B → B"}
AS_CHOSEN = -1
WORDS, CHIPS = "words", "chips"
"""Views whose marks are pointed at and clicked; without a name any mark of the chart would do."""
WORD, LAYER, SHOW, BLOCK, HEADS = "word", "in_layer", "show", "block", "heads"


def attention_params(drawn: Drawn, *, one_layer: bool) -> dict[str, alt.Parameter]:
    """Boxes and selections by name. one_layer: whether layers are not to be chosen, since the data hold one."""
    params = {
        SHOW: alt.param(
            SHOW,
            value="head",
            bind=alt.binding_select(
                options=["head", "all", "mean"],
                labels=[_("one head"), _("all heads"), _("their mean")],
                name=_("Lines of"),
            ),
        ),
        WORD: alt.selection_point(
            WORD, fields=["place"], on=f"@{WORDS}_marks:pointerover", clear="pointerout", bind=_word_box(drawn.words)
        ),
        HEADS: alt.selection_point(
            HEADS, fields=["number"], on=f"@{CHIPS}_marks:click", toggle="true", clear="dblclick"
        ),
    }
    if not one_layer:
        layers = range(int(drawn.panels["layers"].iloc[0]))
        params[LAYER] = alt.param(
            LAYER,
            value=AS_CHOSEN,
            bind=alt.binding_select(
                options=[AS_CHOSEN, *layers],
                labels=[_("own"), *(layer_name(layer) for layer in layers)],
                name=_("Layer"),
            ),
        )
    if blocks := shown_blocks(drawn):
        params[BLOCK] = alt.param(
            BLOCK,
            value="",
            bind=alt.binding_select(
                options=["", *blocks], labels=[_("all"), *(BLOCKS[block] for block in blocks)], name=_("Block")
            ),
        )
    return params


def shown_blocks(drawn: Drawn) -> list[str]:
    """Those to choose from; none where the words are one sentence's, or each axis has one of its own."""
    blocks = [block for block in BLOCKS if (drawn.lines["block"] == block).any()]
    return blocks if len(blocks) > 1 else []


def _word_box(words: pd.DataFrame) -> alt.BindRadioSelect:
    """The same by keyboard as the pointer does: all words of the first model, those that attend and those attended to."""
    own = words[words["panel"] == 0]
    labels = [
        (_("from {word} ({position})") if side == "query" else _("to {word} ({position})")).format(
            word=text, position=position
        )
        for side, text, position in own[["side", "text", "position"]].itertuples(index=False, name=None)
    ]
    return alt.binding_select(options=[None, *word_places(own)], labels=[_("every word"), *labels], name=_("Word"))


def word_places(words: pd.DataFrame) -> list[int]:
    """A number for each word: from 1 for those that attend, from -1 down for those attended to."""
    return np.where(words["side"] == "query", words["position"] + 1, -words["position"] - 1).tolist()
