"""What every head of a stack adds, as a grid: to one word of a pair, to a next token, and over many texts of a run."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.contributions.code import code_at, fed_at, source_at
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import model_of, of_stack
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _, listed
from mhattn_core.measures.quantities import quantity
from mhattn_core.models.control_names import trained_name
from mhattn_core.runs.run import Run

if TYPE_CHECKING:
    from mhattn_core.experiments.contributions.next_token import Next, NextToken
    from mhattn_core.experiments.contributions.word import WordContributions

NAMED = 3
"""Heads named in the sentence above a grid."""
DIRECT_EFFECT = "direct_effect"
OVER_TEXTS = ("length", "share", "unique_share")
"""What heads differ by over many texts, by the names in the table."""


@of_run("fusion")
def contributions(run: Run, *, model: str = "", stack: str = "", measure: str = "unique_share") -> Finding:
    """What each head adds over many texts: length, share or unique_share."""
    of_model = of_stack(run.table("fusion", model=model_of(run, model)), stack, "fusion")
    rows = of_model[of_model["measure"] == measure].dropna(subset="value").reset_index(drop=True)
    if rows.empty:
        raise Problem(
            _("The run has no “{measure}” of its heads.").format(measure=measure),
            _("It has: {names}.").format(names=listed(of_model["measure"].unique())),
        )
    sample = _("One word of each text, chosen by hash; 95 % intervals over texts.")
    return grid(
        "contributions",
        over_texts(rows, measure),
        rows,
        title=quantity(measure).axis,
        reading=f"{sample} {quantity(measure).explanation}",
        pairs=int(rows["n"].max()),
    )


def require_rows(run: Run, *, model: str, stack: str) -> None:
    """Raises NotAvailable where a run has no contributions of a stack."""
    if run.table("fusion", model=model, stack=stack).empty:
        raise NotAvailable(
            _("That run has no contributions of {name}'s {stack}.").format(name=model, stack=stack),
            _("Choose another stack, or another run."),
        )


def added_to_word(word: "WordContributions", measure: Literal["length", "share"]) -> Finding:
    """The ``length`` of what each head adds to one word, or its ``share`` in its layer's sum."""
    reading = {
        "length": _(
            "The output of a head goes through its own rows of W_O and is added to the layer's sum: what is drawn is "
            "that vector, at this one word. Lengths grow with the layers and differ between models; compare them "
            "within a layer. A long vector need not matter: the next norm, the other heads and the rest of the network "
            "may undo it."
        ),
        "share": _(
            "The shares of a layer sum to 1. Purple heads work against the sum of their layer. The bias of W_O belongs "
            "to no head and is left out."
        ),
    }
    return grid(
        f"added_{measure}",
        escape(most_added(word)),
        word.table(measure, word.lengths if measure == "length" else word.shares),
        title=quantity(measure).axis,
        reading=reading[measure],
        pairs=1,
        fed=fed_at(word),
        source=source_at(word),
        code=code_at(word, f"word.table({measure!r}, word.{measure}s)"),
    )


def added_to_score(word: "WordContributions", token: "NextToken", of: "Next") -> Finding:
    """What each head adds to the score of the token that comes after one word."""
    return grid(
        f"{DIRECT_EFFECT}_{of}",
        escape(to_score(word, token)),
        word.table(DIRECT_EFFECT, token.effects),
        title=_("added to the score"),
        reading=_(
            "Direct logit attribution: what a head adds at this word's last piece goes straight to the score of the "
            "token (against the mean score of all tokens), the last norm held as it is. It is no causal effect: what "
            "later layers make of a head's addition is not in it, and without the head they would do otherwise. What "
            "breaks without a head stands on Ablation."
        ),
        pairs=1,
        fed=fed_at(word),
        source=source_at(word),
        code=code_at(
            word,
            f"word.table({DIRECT_EFFECT!r}, next_token(word, {of!r}).effects)",
            "from mhattn_core.experiments.contributions.next_token import next_token",
        ),
    )


def grid(
    name: str,
    sentence: str,
    rows: pd.DataFrame,
    *,
    title: str,
    reading: str,
    pairs: int,
    source: str = "",
    code: str = "",
    fed: str = "",
) -> Finding:
    """A cell a head; where the screen is narrow, bars for the ten that stand out. rows: of one measure.

    Colours begin at 0; those of what has a sign diverge from there.
    """
    measure = str(rows["measure"].iloc[0])
    signed = measure == DIRECT_EFFECT or quantity(measure).direction == "farthest"
    domain = None if signed else (0.0, float(rows["value"].max()))
    return Finding(
        name,
        sentence,
        rows,
        partial(charts.head_grid, rows, measure=measure, title=title, difference=signed, domain=domain),
        reading,
        pairs,
        of="fusion",
        draw_narrow=strongest_heads(rows, title=title, end="farthest" if signed else "highest"),
        source=source,
        code=code,
        fed=fed,
    )


def ends_by_model(tables: Sequence[pd.DataFrame]) -> dict[str, tuple[float, float]]:
    """Where colours begin and end for a model and its random controls together, or the noise of random weights would
    shine as bright; the lengths of two architectures cannot be compared. tables: of ``added_to_word``.
    """
    rows = pd.concat(tables)
    reached = rows.groupby(rows["model"].map(trained_name))["value"].agg(["min", "max"])
    return {str(name): (min(0.0, float(low)), float(high)) for name, low, high in reached.itertuples()}


def most_added(word: "WordContributions") -> str:
    """Which heads add most to the word, and what part of their layer that is."""
    lengths = word.lengths
    order = np.argsort(-lengths, axis=None)[:NAMED]
    (layer, head), *others = (tuple(int(axis) for axis in np.unravel_index(place, lengths.shape)) for place in order)
    sentence = _(
        "{name}'s {head} adds most to “{word}”: a vector of length {length:.2f} (median head: {median:.2f}), "
        "{share:.0%} of the sum of its layer."
    ).format(
        word=word.word,
        name=word.name,
        head=head_name(layer, head),
        length=lengths[layer, head],
        median=float(np.nanmedian(lengths)),
        share=word.shares[layer, head],
    )
    named = listed(f"{head_name(*other)} ({lengths[other]:.2f})" for other in others)
    return sentence + " " + _("Next: {others}.").format(others=named) if named else sentence


def to_score(word: "WordContributions", token: "NextToken") -> str:
    """Which head adds most to the token's score and which takes most away, and what all heads add."""
    most, least = (
        tuple(int(axis) for axis in np.unravel_index(int(place), token.effects.shape))
        for place in (token.effects.argmax(), token.effects.argmin())
    )
    return _(
        "After “{word}”, “{token}” is {name}'s choice number {rank:,} and scores {score:.1f} above the mean token. "
        "{most} adds most to that ({high:+.2f}), {least} takes most away ({low:+.2f}); all heads of the stack together "
        "add {all:+.1f}, feed-forward layers, other stacks and the word itself the rest."
    ).format(
        word=word.word,
        token=token.token,
        name=word.name,
        rank=token.rank,
        score=token.score,
        most=head_name(*most),
        high=token.effects[most],
        least=head_name(*least),
        low=token.effects[least],
        all=token.effects.sum(),
    )


def over_texts(rows: pd.DataFrame, measure: str) -> str:
    """The head at the upper end, with its interval where it has one. rows: of one measure."""
    top, least = rows.loc[rows["value"].idxmax()], rows.loc[rows["value"].idxmin()]
    message = {
        "length": _("Longest is what {head} adds: {value} in the mean; the median head's is {median:.2f}."),
        "share": _(
            "The largest part of its layer's sum is {head}'s: {value}; {below} of {heads} heads work against the sum "
            "of their layer."
        ),
        "unique_share": _(
            "The others tell least of {head}: unique share {value}; they tell most of {least}: {smallest:.2f}."
        ),
    }[measure]
    interval = f" [{top['low']:.2f}, {top['high']:.2f}]" if pd.notna(top["low"]) else ""
    return message.format(
        head=head_name(int(top["layer"]), int(top["head"])),
        value=f"{top['value']:.2f}{interval}",
        median=rows["value"].median(),
        below=int((rows["high"] < 0).sum()),
        heads=len(rows),
        least=head_name(int(least["layer"]), int(least["head"])),
        smallest=least["value"],
    )
