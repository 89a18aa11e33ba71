"""The sentences in which one head looks most sharply, and some of those in which it does less."""

from functools import partial

import altair as alt
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.findings.card.chosen import cards_of, rows_of
from mhattn_core.findings.card.distances import pairs_read
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.runs.run import Run


@of_run("cards")
def head_sentences(run: Run, *, model: str = "", stack: str = "", head: str = "") -> Finding:
    """A head's strongest sentence pairs, two of each fifth of all by the strength of their strongest link."""
    own = rows_of(run, cards_of(run, model), "cards", model=model, stack=stack, head=head)
    one = ModelHead.of_row(own.iloc[0])
    links = own[own["part"] == "link"]
    if links.empty:
        raise Problem(
            _("No pair has two words that {head} can choose between.").format(head=one.name), _("Measure longer texts.")
        )
    words = kept_words(run, one)
    kept = links[links["item"].isin(words)]
    table = links[["item", "band", "query", "key", "mass", "even"]].reset_index(drop=True)
    if kept.empty:
        return Finding(
            "head_sentences",
            _names_only(one, links),
            table,
            partial(_strengths, links, one),
            _reading(),
            pairs_read(run),
        )
    drawn = [
        charts.SmallSentence(
            str(item),
            band_name(int(band)) if number == 0 else "",
            *words[str(item)],
            [(int(row.query), int(row.key), float(row.mass)) for row in rows.itertuples()],
            one.stack == "cross",
        )
        for band, of_band in kept.groupby("band")
        for number, (item, rows) in enumerate(of_band.groupby("item", sort=False))
    ]
    return Finding(
        "head_sentences",
        _sentence(one, drawn[0]),
        table.assign(
            query_word=[_word(words, row.item, 0, row.query) for row in table.itertuples()],
            key_word=[_word(words, row.item, 1, row.key) for row in table.itertuples()],
        ),
        partial(charts.small_sentences, drawn, model=one.model),
        _reading(),
        pairs_read(run),
    )


def kept_words(run: Run, one: ModelHead) -> dict[str, tuple[list[str], list[str]]]:
    """The words on both axes of the pairs whose sentences the run keeps, by the pair's id."""
    if not run.has("card_sentences"):
        return {}
    table = run.table("card_sentences", model=one.model, stack=one.stack)
    return {str(row.id): (list(row.queries), list(row.keys)) for row in table.itertuples()}


def band_name(band: int) -> str:
    """What a fifth of the sentences is called."""
    return (
        _("strongest fifth of the texts"),
        _("second fifth"),
        _("middle fifth"),
        _("fourth fifth"),
        _("weakest fifth"),
    )[band - 1]


def _sentence(one: ModelHead, first: charts.SmallSentence) -> str:
    query, key, weight = first.links[0]
    return _("Strongest link of **{head}**: *{query}* → *{key}* ({weight:.2f}).").format(
        head=escape(one.name), query=escape(first.queries[query]), key=escape(first.keys[key]), weight=weight
    )


def _names_only(one: ModelHead, links: pd.DataFrame) -> str:
    return _(
        "The strongest texts of **{head}** are known by their ids only: this run does not keep its sentences. First: "
        "{id}."
    ).format(head=escape(one.name), id=escape(str(links["item"].iloc[0])))


def _strengths(links: pd.DataFrame, one: ModelHead) -> alt.LayerChart:
    first = links.drop_duplicates("item")
    named = first.assign(name=first["item"], distance=first["mass"], noise=first["even"])
    return charts.nearest_heads(
        named[["name", "distance", "noise"]],
        title=_("weight of the strongest link"),
        model=one.model,
        reference=_("even attention"),
    )


def _reading() -> str:
    return _(
        "All texts, in five bands by the strength of their strongest link: its weight less even attention over the "
        "words that could be seen. The two strongest of all, then two of each weaker fifth, drawn at random. Of each "
        "text the six words that look most sharply, each with the word that gets most of its weight."
    )


def _word(words: dict[str, tuple[list[str], list[str]]], item: object, side: int, place: int) -> str:
    return words[str(item)][side][place] if str(item) in words else ""
