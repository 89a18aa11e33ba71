"""How many directions the heads of a layer use together, as they go from word to word."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run


@of_run("fusion_layers")
def participation(run: Run, *, model: str = "", stack: str = "", models: Sequence[str] = ()) -> Finding:
    """A line a model over its layers; the sentence is about one.

    model: by default the first that has rows; models: those that are drawn; of each one stack, ``stack`` where it has
    it.
    """
    table = run.table("fusion_layers")
    table = table[table["model"].isin(models_of(run, [*models, *([model] if model else [])]))]
    if table.empty:
        raise NotAvailable(_("The run has no contributions of these models."), _("Choose models that it measured."))
    stacks = {
        str(name): stack if (rows["stack"] == stack).any() else rows["stack"].iloc[0]
        for name, rows in table.groupby("model")
    }
    shown = table[table["stack"] == table["model"].map(stacks)]
    about = model or str(shown["model"].iloc[0])
    return over_layers(shown.assign(words=shown["n"]), about, int(shown["n"].max()))


def over_layers(table: pd.DataFrame, model: str, pairs: int) -> Finding:
    """table: model, layer, value (the participation ratio), heads, words and, over many texts, low, high. model: which
    of them the sentence is about. Raises NotAvailable where its ratios are not known.
    """
    own = table[table["model"] == model].dropna(subset="value")
    if own.empty:
        raise NotAvailable(
            _("A participation ratio needs at least two words and two heads."), _("Choose a longer sentence.")
        )
    low, high = own.loc[own["value"].idxmin()], own.loc[own["value"].idxmax()]
    return Finding(
        "participation",
        _(
            "{name}'s {heads} heads of a layer use between {low:.1f} (layer {first}) and {high:.1f} (layer {second}) "
            "directions, on {words} words."
        ).format(
            name=escape(model),
            heads=low["heads"],
            low=low["value"],
            first=low["layer"],
            high=high["value"],
            second=high["layer"],
            words=low["words"],
        ),
        table,
        partial(
            charts.by_layer,
            table,
            title=quantity("participation_ratio").axis,
            domain=(1, int(table["heads"].max())),
        ),
        _reading(is_pair="low" not in table),
        pairs,
        of="fusion_layers",
    )


def _reading(*, is_pair: bool) -> str:
    ratio = _(
        "The participation ratio says how many directions the heads of a layer use together as they go from word to "
        "word: 1 if all do the same, as many as there are heads if none has to do with another. Random controls beside "
        "it tell what the architecture alone gives."
    )
    how_sure = (
        _("One sentence has few words: read differences of less than one as none.")
        if is_pair
        else _("Lines: 95 % intervals (jackknife over 20 folds).")
    )
    return f"{ratio} {how_sure}"
