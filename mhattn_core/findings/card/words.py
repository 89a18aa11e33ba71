"""The words that one head attends to most, or from."""

from functools import partial

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.card.chosen import cards_of, rows_of
from mhattn_core.findings.card.distances import pairs_read
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Axis, Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.cards.sizes import TOP
from mhattn_core.measures.cards.vocabulary import FEWEST
from mhattn_core.runs.run import Run

SIDES, ORDERS = ("key", "query"), ("mass", "lift")
NAMED = 3


@of_run("cards")
def head_words(
    run: Run, *, model: str = "", stack: str = "", head: str = "", side: str = "key", by: str = "mass"
) -> Finding:
    """The words that a head attends to (side ``key``) or from (``query``), by share of its weight (by ``mass``) or by
    ``lift`` over frequency.
    """
    for choice, known in ((side, SIDES), (by, ORDERS)):
        if choice not in known:
            raise Problem(
                _("“{choice}” cannot be chosen here.").format(choice=choice),
                _("Choose one of: {names}.").format(names=listed(known)),
            )
    own = rows_of(run, cards_of(run, model), "cards", model=model, stack=stack, head=head)
    one = ModelHead.of_row(own.iloc[0])
    ranked = own[own["part"] == side].rename(columns={"item": "word"}).nlargest(TOP, by)
    if ranked.empty:
        raise Problem(
            _("No word stands {fewest} times or more in these pairs, or the run was shared without its words.").format(
                fewest=FEWEST
            ),
            _("Measure more pairs."),
        )
    words = ranked[["word", "mass", "even", "lift", "count"]].reset_index(drop=True)
    top = listed(
        f"“{escape(row.word)}” ({row.mass:.1%})" if by == "mass" else f"“{escape(row.word)}” (× {row.lift:.1f})"
        for row in words.head(NAMED).itertuples()
    )
    message = {
        "key": _("**{head}** attends most to {words}."),
        "query": _("Of the weight that **{head}** puts on words, most comes from {words}."),
    }
    lifted = {
        "key": _("Against how often they could be seen, **{head}** attends most to {words}."),
        "query": _("Against how often they stand there, **{head}** puts most on words from {words}."),
    }
    title = _("share of the weight on words") if by == "mass" else _("times as much as even attention")
    return Finding(
        "head_words",
        (message if by == "mass" else lifted)[side].format(head=escape(one.name), words=top),
        words,
        partial(charts.top_words, words, by=by, title=title, model=one.model),
        _(
            "Ticks: even attention, which gives frequent words more. Large and small letters count as one; words that "
            "stand fewer than {fewest} times in these pairs are not listed."
        ).format(fewest=FEWEST),
        pairs_read(run),
        axis=Axis(by, 0.0, float(words[["mass", "even"]].max().max() if by == "mass" else words["lift"].max())),
    )
