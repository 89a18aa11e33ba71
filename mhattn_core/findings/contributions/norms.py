"""Weights or norms: what a head attends to, and how much comes from there."""

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

HALF = 0.5
SHOWN = {"weight": "attention_on_special", "received": "length_from_special", "rank": "rank_correlation"}
IMPORT = "from mhattn_core.experiments.contributions.norms import weights_and_lengths"


def special_tokens(word: "WordContributions", measured: "WeightsAndLengths") -> Finding:
    """A mark a head: how much of its attention, and how much of what comes of it, is of special tokens."""
    rows = measured.heads.assign(model=word.name).rename(columns={"weight": "x", "received": "y"})
    return Finding(
        "weights_and_lengths",
        escape(f"{on_special_tokens(word.name, measured.heads)} {rank_correlations(measured.heads)}".strip()),
        measured.heads.rename(columns=SHOWN),
        partial(
            charts.head_scatter,
            rows,
            x=_("share of attention on special tokens"),
            y=_("share of the length from special tokens"),
            splits=(HALF, HALF),
        ),
        _(
            "A mark a head, means over the words; a click opens it. Below right: heads that attend to special tokens "
            "and take little from them."
        ),
        1,
        source_at(word),
        code_at(word, f"weights_and_lengths(seen, {word.stack!r}).heads.rename(columns={SHOWN!r})", IMPORT),
        fed=fed_at(word),
    )


def on_special_tokens(name: str, heads: pd.DataFrame) -> str:
    """How much of what goes to special tokens comes back."""
    looking = heads[heads["weight"] > HALF]
    if heads["rank"].isna().all():
        return ""
    if looking.empty:
        return _("No head of {name} puts more than half of its attention on special tokens.").format(name=name)
    return _(
        "{count} of {name}'s {heads} heads put more than half of their attention on special tokens, {weight:.0%} in "
        "the mean; of the length that they pass on {received:.0%} comes from there."
    ).format(
        count=len(looking),
        name=name,
        heads=int(heads["weight"].notna().sum()),
        weight=looking["weight"].mean(),
        received=looking["received"].mean(),
    )


def rank_correlations(heads: pd.DataFrame) -> str:
    """Where weights and lengths disagree about keys."""
    ranks = heads.dropna(subset="rank").sort_values("rank")
    if ranks.empty:
        return _("This text is too short to rank keys by weight and by length.")
    message = (
        _("Weights and lengths rank keys differently: median correlation {median:.2f}, least in {head} ({least:.2f}).")
        if ranks["rank"].median() < HALF
        else _(
            "Weights and lengths rank keys alike in most heads: median correlation {median:.2f}, least in {head} "
            "({least:.2f})."
        )
    )
    least = ranks.iloc[0]
    return message.format(
        median=ranks["rank"].median(), head=head_name(int(least["layer"]), int(least["head"])), least=least["rank"]
    )


def weights_and_lengths_of_row(
    word: "WordContributions", measured: "WeightsAndLengths", head: tuple[int, int]
) -> Finding:
    """One head's row of the word: each key's share of the attention, and of the length."""
    table = row_table(word, measured, head)
    weights, lengths = (part.set_index("position") for _name, part in table.groupby("series", sort=False))
    first, second = int(weights["value"].idxmax()), int(lengths["value"].idxmax())
    message = (
        _("From “{word}” {head} attends most to “{key}” ({weight:.0%}), and most comes from there ({length:.0%}).")
        if first == second
        else _(
            "From “{word}” {head} attends most to “{key}” ({weight:.0%}), from where {length:.0%} comes; most comes "
            "from “{other}” ({most:.0%})."
        )
    )
    marks = _("Shares of one row; special tokens are pale.")
    kobayashi = _(
        "Weight: what the softmax gives. Length: the weight times the length of the value through W_O, which is what "
        "comes of it (Kobayashi et al. 2020). A head that has nothing to say of a word can put its weight on a token "
        "with a short value; it attends, and adds next to nothing. Lengths of single keys do not add up to the length "
        "of the sum: vectors may cancel."
    )
    layer, number = head
    return Finding(
        f"weights_and_lengths_{head_name(*head)}",
        escape(
            message.format(
                word=word.word,
                head=head_name(*head),
                key=weights["word"][first],
                weight=weights["value"][first],
                length=lengths["value"][first],
                other=lengths["word"][second],
                most=lengths["value"][second],
            )
        ),
        table,
        partial(charts.word_bars, table, title=_("share of the row")),
        f"{marks} {kobayashi}",
        1,
        f"{source_at(word)} · {head_name(*head)}",
        code_at(
            word,
            f"row = weights_and_lengths(seen, {word.stack!r}).lengths[{layer}, {number}, word.unit]\nrow / row.sum()",
            IMPORT,
        ),
        fed=fed_at(word),
    )


def row_table(word: "WordContributions", measured: "WeightsAndLengths", head: tuple[int, int]) -> pd.DataFrame:
    """word, position, special, series, value: each key's share of the attention and of the length."""
    series = {_("attention"): measured.weights, _("length of what comes of it"): measured.lengths}
    about = {
        "word": word.keys.labels,
        "position": range(len(word.keys.labels)),
        "special": [not side for side in word.keys.axis.sides],
    }
    parts = []
    for name, values in series.items():
        row = values[*head, word.unit].astype(float)
        share = row / row.sum() if row.sum() > 0 else np.zeros_like(row)
        parts.append(pd.DataFrame(about | {"series": name, "value": share}))
    return pd.concat(parts, ignore_index=True)
