"""One head at every position: how long what it adds is, beside how much of its attention is on words at all."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.contributions.code import code_at, fed_at, source_at
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _

if TYPE_CHECKING:
    from mhattn_core.experiments.contributions.norms import WeightsAndLengths
    from mhattn_core.experiments.contributions.word import WordContributions


def every_position(word: "WordContributions", measured: "WeightsAndLengths", head: tuple[int, int]) -> Finding:
    """One head from the first position to the last; framed is the word."""
    table, name = positions_table(word, measured, head), head_name(*head)
    on_words, lengths = (part.set_index("position") for _name, part in table.groupby("series", sort=False))
    longest = int(lengths["length"].idxmax())
    layer, number = head
    return Finding(
        f"positions_{name}",
        escape(
            _(
                "{head} adds most to “{word}”: a vector of length {length:.2f}, {median:.2f} at the median position. "
                "There {share:.0%} of its attention is on words."
            ).format(
                head=name,
                word=lengths["word"][longest],
                length=lengths["length"][longest],
                median=lengths["length"].median(),
                share=on_words["value"][longest],
            )
        ),
        table,
        partial(charts.word_bars, table, title=_("share"), framed=word.unit),
        _(
            "A row is a position; framed is the word chosen above. Where much attention is on words and little is "
            "added, the values there are short or cancel; where little is and much is added, a special token hands on "
            "something."
        ),
        1,
        f"{source_at(word)} · {name}",
        code_at(
            word,
            f"np.linalg.norm(word.queries.axis.averaged(word.added[{layer}, {number}]), axis=-1)",
            "import numpy as np",
        ),
        fed=fed_at(word),
    )


def positions_table(word: "WordContributions", measured: "WeightsAndLengths", head: tuple[int, int]) -> pd.DataFrame:
    """word, position, special, length, series, value: for each position the share of the head's attention that is on
    words, and the length of what it adds, as a share of its longest.
    """
    lengths = np.linalg.norm(word.queries.axis.averaged(word.added[head]), axis=-1)
    weights = measured.weights[head].astype(float)
    on_words = weights[:, [bool(side) for side in word.keys.axis.sides]].sum(axis=1)
    total = weights.sum(axis=1)
    series = {
        _("attention on words"): np.divide(on_words, total, out=np.zeros_like(on_words), where=total > 0),
        _("length of what is added, of the longest"): lengths / max(float(np.nanmax(lengths)), 1e-12),
    }
    about = {
        "word": word.queries.labels,
        "position": range(len(lengths)),
        "special": [not side for side in word.queries.axis.sides],
        "length": lengths,
    }
    parts = [pd.DataFrame(about | {"series": name, "value": values}) for name, values in series.items()]
    return pd.concat(parts, ignore_index=True)
