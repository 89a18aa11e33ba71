"""What chosen heads did with a pair, and with the pair after a change: word by word."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from mhattn_core import charts
from mhattn_core.digits import digits
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.attention.shown import Shown
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_pair import literal, loading, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.invariance import WordRows, invariance
from mhattn_core.models.precision import precision_of
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.perturb import AxisLink, Perturbed, on_axis

if TYPE_CHECKING:
    from mhattn_core.arrays.word_grid import WordAxis, WordGrid
    from mhattn_core.attention.attend import AttentionResult

MASK = "[MASK]"
SEEN_FROM = 0.005
"""A difference under this is 0.00 in numbers of two digits."""
Side = Literal["difference", "before", "after"]
Change = tuple[Shown, Perturbed, "AttentionResult"]
"""A head on a pair, the pair as changed, and what the model did with that."""


def with_second(result: "AttentionResult") -> SentencePair:
    """The pair that was read, with what the model wrote where it had no second sentence, so that it is the same after a
    change of the first.
    """
    return result.pair if result.pair.b else replace(result.pair, target=result.sentences["b"].text)


def perturbed_heads(changes: Sequence[Change], *, shown: Side = "difference") -> Finding:
    """A matrix for each head: its weights before, after, or their difference, words beside what became of them. A word
    that stands on one side only keeps its row and column and has no difference.
    """
    tables = [perturbed_table(*change) for change in changes]
    cells = pd.concat([table.assign(panel=panel) for panel, table in enumerate(tables)], ignore_index=True)
    drawn = cells.assign(weight=cells[shown])
    end = float(cells[["before", "after"]].max(axis=None) if shown != "difference" else cells[shown].abs().max())
    wide = partial(charts.attention_matrices, drawn, largest=max(end, 1e-9), difference=shown == "difference")
    narrow = partial(charts.largest_changes, cells.assign(weight=cells["difference"]))
    first = changes[0][0]
    return Finding(
        f"{first.model} {first.head.full_name} perturbed",
        " ".join(_sentence(change, table) for change, table in zip(changes, tables, strict=True)),
        cells.drop(columns=["panel", "title", "query_unknown", "key_unknown"]),
        wide if len(cells) <= charts.CELLS_DRAWN else narrow,
        _(
            "“a → b”: b stands in the place of a. “−” is a word that is gone, “+” a new one: they have no difference, and "
            "their cells are dashed. Orange: more weight than before; purple: less. Invariance is 1 − the Jensen–Shannon "
            "distance of a word’s attention from what it was, over the same words and special tokens; mean of unchanged "
            "words."
        ),
        1,
        " · ".join(f"{source_of(one.result)} · {one.head.full_name}" for one, *_rest in changes),
        _code(changes),
        draw_narrow=narrow,
    )


def perturbed_table(one: Shown, perturbed: Perturbed, after: "AttentionResult") -> pd.DataFrame:
    """A row for each query and key of either side: model, stack, layer, head, title, query, key and their positions,
    sides and unknown shares, kind (``weight`` or ``special``), before, after, difference. Raises Problem where no word
    of the stack stands on both sides.
    """
    stack, layer, head = one.head
    grids = one.result.words(stack), after.words(stack)
    queries, keys = (_links(perturbed, *axes) for axes in _axes(*grids))
    if not _both(queries) or not _both(keys):
        raise NotAvailable(
            _("In this stack no word stands on both sides of the change."),
            _("Choose another change, or another stack."),
        )
    labels = [_labels(links, *axes) for links, axes in zip((queries, keys), _axes(*grids), strict=True)]
    parts = []
    for side, grid in enumerate(grids):
        rows, columns = ([link[side] for link in links] for links in (queries, keys))
        weights = _taken(_taken(grid.pattern[layer, head], rows).T, columns).T
        special = _taken(grid.special_mass[layer, head][:, None], rows)
        parts.append(np.concatenate([weights, special], axis=1))
    query, key = (axis.ravel() for axis in np.indices(parts[0].shape))
    is_special = key == len(keys)
    sides = [_sides(links, *axes) for links, axes in zip((queries, keys), _axes(*grids), strict=True)]
    before, after_weights = (part.ravel() for part in parts)
    return pd.DataFrame(
        {
            "model": one.model,
            "stack": stack,
            "layer": layer,
            "head": head,
            "title": one.name,
            "query_position": query,
            "key_position": key,
            "query": np.array(labels[0], dtype=object)[query],
            "key": np.array([*labels[1], ""], dtype=object)[key],
            "query_side": np.array(sides[0], dtype=object)[query],
            "key_side": np.array([*sides[1], ""], dtype=object)[key],
            "query_unknown": 0.0,
            "key_unknown": 0.0,
            "kind": np.where(is_special, "special", "weight"),
            "before": before,
            "after": after_weights,
            "difference": after_weights - before,
        }
    )


def head_invariance(one: Shown, perturbed: Perturbed, after: "AttentionResult") -> float:
    """The mean of ``measures.invariance`` over unchanged words; NaN where no word counts."""
    values = row_invariances(one, perturbed, after)
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def row_invariances(one: Shown, perturbed: Perturbed, after: "AttentionResult") -> Float[np.ndarray, " word"]:
    """Of each unchanged word what ``measures.invariance`` gives; NaN where it does not count."""
    stack, layer, head = one.head
    grids = one.result.words(stack), after.words(stack)
    queries, keys = (_kept(perturbed, *axes) for axes in _axes(*grids))
    before_and_after = (
        WordRows(grid.pattern[layer, head], grid.special_mass[layer, head], grid.visible).at(
            queries[:, side], keys[:, side]
        )
        for side, grid in enumerate(grids)
    )
    return invariance(*before_and_after)[0]


def _kept(perturbed: Perturbed, before: "WordAxis", after: "WordAxis") -> Int[np.ndarray, "word 2"]:
    """Where the words stand on both axes that are the same and that some piece covers."""
    both = [
        link[:2]
        for link in _links(perturbed, before, after)
        if link.kept
        and link.before is not None
        and link.after is not None
        and before.seen[link.before]
        and after.seen[link.after]
    ]
    return np.array(both, dtype=int).reshape(-1, 2)


def _axes(before: "WordGrid", after: "WordGrid") -> tuple[tuple["WordAxis", "WordAxis"], ...]:
    return (before.query_axis, after.query_axis), (before.key_axis, after.key_axis)


def _links(perturbed: Perturbed, before: "WordAxis", after: "WordAxis") -> list[AxisLink]:
    return on_axis(perturbed.links, before.sides, after.sides)


def _both(links: Sequence[AxisLink]) -> bool:
    return any(None not in link[:2] for link in links)


def _taken(array: Float[np.ndarray, "row column"], rows: Sequence[int | None]) -> Float[np.ndarray, "taken column"]:
    """The rows asked for; NaN for None."""
    taken = np.full((len(rows), array.shape[1]), np.nan)
    known = [at for at, row in enumerate(rows) if row is not None]
    taken[known] = array[[row for row in rows if row is not None]]
    return taken


def _labels(links: Sequence[AxisLink], before: "WordAxis", after: "WordAxis") -> list[str]:
    return [_label(link, before.words, after.words) for link in links]


def _label(link: AxisLink, before: Sequence[str], after: Sequence[str]) -> str:
    if link.after is None:
        return f"− {before[link.before or 0]}"
    if link.before is None:
        return f"+ {after[link.after]}"
    if link.kept:
        return before[link.before]
    # A masked word is still that word for the grid.
    old, new = before[link.before], after[link.after]
    return f"{old} → {new if new != old else MASK}"


def _sides(links: Sequence[AxisLink], before: "WordAxis", after: "WordAxis") -> list[str]:
    return [before.sides[link.before] if link.before is not None else after.sides[link.after or 0] for link in links]


def _sentence(change: Change, table: pd.DataFrame) -> str:
    """How invariant the head is, and which weight changed most; in Markdown."""
    value, name = head_invariance(*change), f"**{escape(change[0].name)}**"
    known = table[table["kind"] == "weight"].dropna(subset="difference")
    if known.empty:
        return _("{head}: no word of this sentence is seen both times.").format(head=name)
    top = known.loc[known["difference"].abs().idxmax()]
    if abs(top["difference"]) < SEEN_FROM:
        return _("{head}: no weight on a word changes.").format(head=name)
    return _(
        "{head}: invariance {value}; most changed is the weight of *{query}* on *{key}*, {before:.2f} → {after:.2f}."
    ).format(
        head=name,
        value="–" if np.isnan(value) else digits(value),
        query=escape(str(top["query"])),
        key=escape(str(top["key"])),
        before=top["before"],
        after=top["after"],
    )


def _code(changes: Sequence[Change]) -> str:
    """Python that gives the table of the first head again."""
    one, perturbed, _after = changes[0]
    made = perturbed.call.partition("(")[0]
    return "\n".join(
        (
            "import mhattn_core as mh",
            "from mhattn_core.findings.attention.perturbed import perturbed_table",
            "from mhattn_core.findings.attention.shown import Shown",
            "from mhattn_core.heads import Head",
            f"from mhattn_core.text.perturb import {made}",
            "",
            f"pair = {literal(with_second(one.result))}",
            f"changed = {perturbed.call}",
            f"model = {loading(repr(one.model), precision_of(one.result.model.revision))}",
            f"one = Shown(mh.attend(model, pair), {one.head!r})",
            "perturbed_table(one, changed, mh.attend(model, changed.pair))",
        )
    )
