"""What the heads find together: the links that the note speaks of, and the best one, two, three heads for them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from mhattn_core import charts
from mhattn_core.attention import AttentionResult
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.fusion.coverage import as_seen, best_together, chance, covered, hits
from mhattn_core.text.claims import Claim, claims
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.contributions.data import Fused
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.navigation import link
from mhattn_core.ui.page import badge, draw, of_each
from mhattn_core.ui.resources import HASHES

MOST = 3
EXAMPLE = "fox"
Links = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Coverage:
    """hits: bool ``[link, head]``; best: the one, two, three heads (numbers, layer by layer); shares: of the links that
    they hit.
    """

    hits: np.ndarray
    heads: int
    best: list[tuple[int, ...]]
    shares: list[float]
    chance: np.ndarray

    def name(self, number: int) -> str:
        return head_name(*divmod(number, self.heads))


def coverage_view(model: Fused, summed: list[Fused], controls: Controls) -> None:
    """The tab *coverage*."""
    said_of = [
        claim for claim in claims() if controls.gallery_id and claim.sentence == controls.gallery_id and claim.links
    ]
    if not said_of:
        st.info(_("The note says nothing of this sentence that heads could be held against."))
        link(
            "Fusion",
            _("Open the note's sentence: The quick brown fox …"),
            pair=gallery()[EXAMPLE].title,
            tab="coverage",
        )
        return
    links = tuple(dict.fromkeys(one for claim in said_of for one in claim.links))
    found = coverage(model.seen, links)
    if not found.best:
        st.info(_("No head of {name} finds any of these links.").format(name=escape(model.name)))
        return
    said = finding(model, found)
    st.markdown(escape(said))
    badge()
    table = links_table(model, found, links, said_of)
    draw(charts.found_links(table), key="coverage", alt_text=said)
    st.caption(
        _(
            "A head finds a link when, from its first word, its largest weight on another word is on the second; of a causal model, from the later word. Beside each link: how many of all heads find it."
        )
    )
    export_panel(
        lambda: charts.found_links(table),
        table,
        key="coverage",
        name=f"{model.source} links found together",
        note=model.source,
    )
    st.dataframe(
        shares_table(summed, links),
        hide_index=True,
        column_config={
            "model": st.column_config.TextColumn(_("model")),
            **{
                f"best{many}": st.column_config.NumberColumn(_("best {heads}").format(heads=many), format="percent")
                for many in (1, 2, 3)
            },
            **{
                f"chance{many}": st.column_config.TextColumn(_("{heads} at random").format(heads=many))
                for many in (1, 2, 3)
            },
        },
    )
    st.caption(
        _(
            "At random: as many heads as the model has, each choosing any word, and the best of them picked in the same way; mean, and the value that 5 % exceed. The best heads are chosen on the very links that they are praised for, so this shows what such heads could bring together, not that they do it elsewhere."
        )
    )
    link("Head roles", _("Which heads find such links in many sentences: Head roles"))


def finding(model: Fused, found: Coverage) -> str:
    """What one, two and three heads find, and whether that is more than chance would."""
    links, limit = len(found.hits), np.quantile(found.chance, 0.95, axis=0)
    counts = [round(share * links) for share in found.shares]
    said = _(
        "Of the {links} links that the note draws, {name}'s best single head, {head}, finds {one}; the best three together find {three} ({names})."
    ).format(
        links=links,
        name=model.name,
        head=found.name(found.best[0][0]),
        one=counts[0],
        three=counts[-1],
        names=", ".join(found.name(number) for number in found.best[-1]),
    )
    if found.shares[0] > limit[0]:
        return (
            said
            + " "
            + _(
                "For one head that is more than the best of as many random choosers (at most {most:.0f} in 95 % of draws)."
            ).format(most=limit[0] * links)
        )
    return (
        said
        + " "
        + _(
            "That is no evidence: the best of as many random choosers do as well (up to {most:.0f} for one head in 95 % of draws)."
        ).format(most=limit[0] * links)
    )


def links_table(model: Fused, found: Coverage, links: Links, said_of: list[Claim]) -> pd.DataFrame:
    """model, link, head, found: each link of the note's for the best three heads."""
    grid = model.seen.words(reading_stack(model.seen))
    words = _relation_words()
    called = {
        one: ", ".join(words[claim.id] for claim in said_of if claim.id in words and one in claim.links)
        for one in links
    }
    rows = []
    for place, one in enumerate(links):
        query, key = as_seen(grid.visible, one)
        label = f"{grid.queries[query]} → {grid.keys[key]}"
        many = int(found.hits[place].sum())
        named = f"{label} · {called[one]}" if called[one] else label
        rows += [
            {
                "model": model.name,
                "link": f"{named} · {many}",
                "head": found.name(number),
                "found": bool(found.hits[place, number]),
            }
            for number in found.best[-1]
        ]
    return pd.DataFrame(rows)


def shares_table(summed: list[Fused], links: Links) -> pd.DataFrame:
    """model, best1 … best3, chance1 … chance3: shares of the links, for every model of the sidebar."""

    def row(model: Fused) -> dict[str, str | float]:
        found = coverage(model.seen, links)
        mean, limit = found.chance.mean(axis=0), np.quantile(found.chance, 0.95, axis=0)
        return (
            {"model": model.name}
            | {f"best{many + 1}": share for many, share in enumerate(found.shares)}
            | {f"chance{many + 1}": f"{mean[many]:.0%} ({limit[many]:.0%})" for many in range(MOST)}
        )

    return pd.DataFrame(of_each(summed, row))


def reading_stack(seen: AttentionResult) -> str:
    """The stack that reads the first sentence."""
    return "encoder" if "encoder" in seen.stacks else "decoder"


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=HASHES)
def coverage(seen: AttentionResult, links: Links) -> Coverage:
    """Which heads find the links, alone and together, and how far chance gets."""
    stack = reading_stack(seen)
    grid = seen.words(stack)
    found = hits(grid.pattern, grid.visible, links)
    drawn = chance(grid.visible, links, found.shape[1], MOST)
    return Coverage(found, seen.model.attention.heads(stack), best_together(found, MOST), covered(found, MOST), drawn)


def _relation_words() -> dict[str, str]:
    """What a link of the fox sentence is called, by claim."""
    return {
        "4-subject": _("subject"),
        "4-object": _("“object”"),
        "4-modifiers": _("attribute"),
        "4-animals": _("animals"),
        "4-space": _("location"),
    }
