"""How what the heads of one layer add lies to one another: at a word, and over the words of a pair."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.contributions.code import code_at, fed_at, source_at
from mhattn_core.findings.contributions.participation import over_layers
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_pair import loading
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name, layer_name
from mhattn_core.locale import _
from mhattn_core.measures.fusion.directions import FEWEST_WORDS, cosines, mean_cosine
from mhattn_core.models.precision import precision_of

if TYPE_CHECKING:
    from mhattn_core.experiments.contributions.word import WordContributions


def directions_at_word(word: "WordContributions", layer: int) -> Finding:
    """The cosine of every two heads of a layer, at one word. Raises NotAvailable where fewer than two add anything."""
    square = cosines(word.vectors[layer])
    if np.isfinite(square).sum() < len(square) + 1:
        raise _too_few_heads()
    on_words = np.swapaxes(word.to_words(layer), 0, 1)
    heads = [f"H{head}" for head in range(len(square))]
    return Finding(
        f"cosines_{layer_name(layer)}",
        escape(nearest_and_most_opposed(word, layer, square)),
        pd.DataFrame(square, columns=heads, index=heads),
        partial(charts.cosine_matrix, square, layer=layer),
        _(
            "1: the same direction; 0: nothing to do with one another; −1: they take back what the other adds. Over "
            "all {words} words the mean cosine of two heads of this layer is {mean:+.2f}. Vectors of many dimensions "
            "are near 0 by themselves."
        ).format(words=len(on_words), mean=float(np.nanmean(mean_cosine(on_words)))),
        1,
        source_at(word),
        code_at(
            word,
            f"cosines(word.vectors[{layer}])",
            "from mhattn_core.measures.fusion.directions import cosines",
        ),
        fed=fed_at(word),
    )


def nearest_and_most_opposed(word: "WordContributions", layer: int, square: np.ndarray) -> str:
    """Which two heads add in the most similar direction, which two in the most opposed, and the mean."""
    pairs = np.where(np.triu(np.ones(square.shape, dtype=bool), 1), square, np.nan)
    same, against = (np.unravel_index(int(at), square.shape) for at in (np.nanargmax(pairs), np.nanargmin(pairs)))
    return _(
        "At “{word}”, in layer {layer} of {name}, H{a} and H{b} add in the most similar direction (cosine "
        "{most:+.2f}), H{c} and H{d} in the most opposed ({least:+.2f}); the mean of all pairs is {mean:+.2f}."
    ).format(
        word=word.word,
        layer=layer,
        name=word.name,
        a=same[0],
        b=same[1],
        most=square[same],
        c=against[0],
        d=against[1],
        least=square[against],
        mean=np.nanmean(pairs),
    )


def unique_shares(word: "WordContributions", layer: int, shares: pd.DataFrame) -> Finding:
    """What of each head of a layer the others do not tell. shares: ``word.unique_shares(layer)``.

    Raises NotAvailable where they cannot be known.
    """
    known = shares.dropna(subset="value")
    if len(known) < 2:
        raise _too_few_heads()
    least, most = known.loc[known["value"].idxmin()], known.loc[known["value"].idxmax()]
    return Finding(
        f"unique_share_{layer_name(layer)}",
        _(
            "In layer {layer} the others tell most of {least}: unique share {low:.2f}; they tell least of {most}: "
            "{high:.2f}. {words} words, held out in turn."
        ).format(
            layer=layer,
            least=head_name(layer, int(least["head"])),
            low=least["value"],
            most=head_name(layer, int(most["head"])),
            high=most["value"],
            words=word.words,
        ),
        shares,
        strongest_heads(shares, title=_("unique share (1 − R² on held-out words)")),
        _(
            "A ridge regression from all other heads of the layer; 1 or more: the others tell nothing of it. So few "
            "words hide what more would show: read this as an upper bound."
        ),
        1,
        source_at(word),
        code_at(word, f"word.unique_shares({layer})"),
        of="fusion",
        fed=fed_at(word),
    )


def require_words(word: "WordContributions") -> None:
    """Raises NotAvailable where a stack reads too few words to tell one head from the others."""
    if word.words < FEWEST_WORDS:
        raise NotAvailable(
            _(
                "No evidence: this pair has {words} words, and to tell one head's contribution from the others' takes "
                "at least {fewest} to learn from and to test on."
            ).format(words=word.words, fewest=FEWEST_WORDS),
            _("Choose or type a longer pair."),
        )


def participation_on_pair(words: "Sequence[WordContributions]", table: pd.DataFrame) -> Finding:
    """How many directions the heads of each layer use, of the first model, beside others. table: ``participation()`` of
    all of them.
    """
    first, *others = words
    finding = over_layers(table, first.name, 1)
    load = [loading(repr(one.name), precision_of(one.result.model.revision)) for one in others]
    tables = ["word.participation()"] + [
        f"contributions_to(mh.attend({of}, pair), {one.stack!r}, {one.id!r}).participation()"
        for of, one in zip(load, others, strict=True)
    ]
    code = code_at(first, f"pd.concat([{', '.join(tables)}], ignore_index=True)", "import pandas as pd")
    return replace(finding, source=source_at(first), code=code, fed=fed_at(first))


def _too_few_heads() -> NotAvailable:
    return NotAvailable(
        _("Fewer than two heads of this layer add anything here."), _("Choose another layer, or a longer sentence.")
    )
