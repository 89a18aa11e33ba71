"""Joint information: the links of the note that the heads of a model find together, beside chance."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.experiments.contributions.links import MOST, Link, LinksFound
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import code_of, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.text.claims import Claim, claims

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def found_together(result: "AttentionResult", measured: LinksFound, of_note: Sequence[Claim]) -> Finding:
    """Which of the best three heads find which links. measured: of ``links_in(of_note)``.

    Raises NotAvailable where no head finds any.
    """
    if not measured.best:
        raise NotAvailable(
            _("No head of {name} finds any of these links.").format(name=measured.model), _("Choose another model.")
        )
    links = links_in(of_note)
    table = links_table(measured, links, of_note)
    return Finding(
        "links_found_together",
        escape(beside_chance(measured)),
        table,
        partial(charts.found_links, table),
        _(
            "A head finds a link when, from its first word, its largest weight on another word is on the second; of a "
            "causal model, from the later word. Beside each link: how many of all heads find it."
        ),
        1,
        source_of(result),
        code_of(
            result,
            f"of_note = [claim for claim in claims() if claim.id in {tuple(claim.id for claim in of_note)}]\n"
            "links_table(links_found(seen, links_in(of_note)), links_in(of_note), of_note)",
            "from mhattn_core.experiments.contributions.links import links_found",
            "from mhattn_core.findings.contributions.links import links_in, links_table",
            "from mhattn_core.text.claims import claims",
        ),
        fed=feeding_title(result.pair.feeding),
    )


def links_in(of_note: Sequence[Claim]) -> tuple[Link, ...]:
    """Each link that these claims of the note draw, once."""
    return tuple(dict.fromkeys(link for claim in of_note for link in claim.links))


def first_word(sentence: str, words: Sequence[str]) -> str:
    """The first word, such as ``a4``, from which the note draws a link in this sentence of the gallery, else the middle
    one.
    """
    drawn = [f"a{claim.links[0][0]}" for claim in claims() if sentence and claim.sentence == sentence and claim.links]
    return next((word for word in drawn if word in words), words[len(words) // 2])


def beside_chance(measured: LinksFound) -> str:
    """What one, two and three heads find, and whether that is more than chance would."""
    links, limit = len(measured.hits), np.quantile(measured.chance, 0.95, axis=0)
    counts = [round(share * links) for share in measured.shares]
    sentence = _(
        "Of the {links} links that the note draws, {name}'s best single head, {head}, finds {one}; the best three "
        "together find {three} ({names})."
    ).format(
        links=links,
        name=measured.model,
        head=measured.name(measured.best[0][0]),
        one=counts[0],
        three=counts[-1],
        names=listed(measured.name(number) for number in measured.best[-1]),
    )
    message = (
        _("For one head that is more than the best of as many random choosers (at most {most:.0f} in 95 % of draws).")
        if measured.shares[0] > limit[0]
        else _(
            "That is no evidence: the best of as many random choosers do as well (up to {most:.0f} for one head in "
            "95 % of draws)."
        )
    )
    return f"{sentence} {message.format(most=limit[0] * links)}"


def links_table(measured: LinksFound, links: Sequence[Link], of_note: Sequence[Claim]) -> pd.DataFrame:
    """model, link, head, found: each link for the best three heads."""
    names = _relation_names()
    rows = []
    for row, (link, label) in enumerate(zip(links, measured.labels, strict=True)):
        relations = [names[claim.id] for claim in of_note if claim.id in names and link in claim.links]
        called = f"{label} · {', '.join(relations)}" if relations else label
        rows += [
            {
                "model": measured.model,
                "link": f"{called} · {int(measured.hits[row].sum())}",
                "head": measured.name(number),
                "found": bool(measured.hits[row, number]),
            }
            for number in measured.best[-1]
        ]
    return pd.DataFrame(rows)


def shares_and_chance(measured: LinksFound) -> dict[str, str | float]:
    """model, best1 … best3, chance1 … chance3: shares of the links that so many heads find, and that chance does."""
    mean, limit = measured.chance.mean(axis=0), np.quantile(measured.chance, 0.95, axis=0)
    best = {f"best{heads}": measured.shares[heads - 1] for heads in range(1, MOST + 1)}
    chance = {f"chance{heads}": f"{mean[heads - 1]:.0%} ({limit[heads - 1]:.0%})" for heads in range(1, MOST + 1)}
    return {"model": measured.model} | best | chance


def about_chance() -> str:
    """How the shares beside chance are to be read."""
    return _(
        "At random: as many heads as the model has, each choosing any word, and the best of them picked in the same "
        "way; mean, and the value that 5 % exceed. The best heads are chosen on the very links that they are praised "
        "for, so this shows what such heads could bring together, not that they do it elsewhere."
    )


def _relation_names() -> dict[str, str]:
    """What a link of the fox sentence is called, by claim."""
    return {
        "4-subject": _("subject"),
        "4-object": _("“object”"),
        "4-modifiers": _("attribute"),
        "4-animals": _("animals"),
        "4-space": _("location"),
    }
