"""How far one head looks."""

from functools import partial

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.card.chosen import cards_of, rows_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Axis, Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.cards.sizes import TEXTS, bin_names
from mhattn_core.runs.run import Run


@of_run("cards")
def head_distances(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """A head's weight by distance in words, beside even attention."""
    own = rows_of(run, cards_of(run, model), "cards", model=model, stack=stack, head=head)
    bins = own[own["part"] == "distance"].rename(columns={"item": "distance"})
    one = ModelHead.of_row(own.iloc[0])
    if bins.empty:
        raise Problem(
            _("{head} is cross-attention: words of two texts have no distance.").format(head=one.name),
            _("See the words that it attends to."),
        )
    on_words = float(bins["mass"].sum())
    # What the head gives words at all, spread evenly, so that the two can be compared.
    drawn = bins[["distance", "mass", "even", "lift", "count"]].assign(even=bins["even"] * on_words)
    near = float(bins.loc[bins["distance"].isin(bin_names()[:3]), "mass"].sum())
    top = bins.loc[bins["lift"].idxmax()] if bins["lift"].notna().any() else bins.iloc[0]
    return Finding(
        "head_distances",
        _(
            "**{head}** puts {words:.0%} of its weight on words, {near:.0%} on words at most two away; most beyond "
            "even attention at distance {distance} ({lift:.1f} times)."
        ).format(head=escape(one.name), words=on_words, near=near, distance=top["distance"], lift=top["lift"]),
        drawn.reset_index(drop=True),
        partial(charts.distance_bars, drawn, model=one.model),
        _(
            "Bars: the mean weight of a word on words so many words away, 0 being itself; they sum to the share on "
            "words. Ticks: the same share spread evenly over the words that each word may see."
        ),
        pairs_read(run),
        axis=Axis("mass", 0.0, float(drawn[["mass", "even"]].max().max())),
    )


def pairs_read(run: Run) -> int:
    """How many pairs cards rest on."""
    return min(run.manifest.pairs, TEXTS)
