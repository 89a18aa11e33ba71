"""What each head costs alone: a grid, and whether one backward pass could have told."""

from functools import partial

import pandas as pd

from mhattn_core import charts
from mhattn_core.digits import signed_digits
from mhattn_core.findings.ablation.measured import Measured, of_table
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_names
from mhattn_core.locale import _, listed
from mhattn_core.measures.ablation.quantities import FALLING, covers
from mhattn_core.measures.quantities import column, quantities
from mhattn_core.measures.roles.verdicts import FALSE_DISCOVERIES
from mhattn_core.runs.run import Run

NAMED = 3
SMALL_TURN = 0.01
TABLE = (
    *("name", "kind", "quantity", "intact", "ablated", "delta", "low", "high", "p", "q"),
    *("gradient_importance", "n", "units"),
)


@of_run("ablation")
def ablation_effects(run: Run, *, model: str = "", stack: str = "", quantity: str = "", kind: str = "") -> Finding:
    """What each head of a model costs when it alone is off."""
    return effects(of_table(run, "ablation", model=model, quantity=quantity, kind=kind), stack)


@of_run("ablation")
def gradient_agreement(run: Run, *, model: str = "", stack: str = "", quantity: str = "", kind: str = "") -> Finding:
    """Whether one backward pass ranks the heads of a stack as switching them off does."""
    return gradients(of_table(run, "ablation", model=model, quantity=quantity, kind=kind), stack)


def effects(measured: Measured, stack: str = "") -> Finding:
    """The grid of one stack, by default the first; the sentence is about all heads of the model."""
    rows = measured.rows
    own = _of_stack(rows, stack)
    drawn = own.assign(measure=own["quantity"], value=own["delta"])
    title = measured.quantity.change_axis
    domain = (min(0.0, float(rows["delta"].min())), float(rows["delta"].max()))

    return Finding(
        "ablation_effects",
        escape(effects_sentence(rows)),
        table_of(rows),
        partial(
            charts.head_grid,
            drawn,
            measure=measured.quantity.code,
            title=title,
            domain=domain,
            difference=covers(measured.quantity.code),
        ),
        " ".join(
            (
                f"**{title}** · {measured.quantity.explanation}",
                _("A cell is a head that is off alone; all stacks of the model have one colour scale."),
                texts_read(rows),
                _(
                    "One head at a time understates what heads are worth: where two compensate for each other, "
                    "neither costs anything alone."
                ),
            )
        ),
        measured.pairs,
        measured.source,
        measured.code,
        "ablation",
        strongest_heads(drawn, title=title),
    )


def effects_sentence(rows: pd.DataFrame) -> str:
    """The heads of the largest effect, and how many raise or lower the loss beyond chance."""
    top = rows.nlargest(NAMED, "delta")
    largest = listed(
        f"{head.full_name} ({signed(row)})" for head, row in zip(Head.of_table(top), top.itertuples(), strict=True)
    )
    words = quantities()[str(rows["quantity"].iloc[0])]
    first = (
        _("{title} with all heads: {intact:.3f}. Of {name}'s {heads} heads these lose most, one at a time: {largest}.")
        if words.code in FALLING
        else _("Of {name}'s {heads} heads these have the largest ablation effect, one at a time: {largest}.")
    ).format(
        name=rows["model"].iloc[0],
        heads=len(rows),
        largest=largest,
        title=words.title.capitalize(),
        intact=rows["intact"].iloc[0],
    )
    return f"{first} {_how_many(rows)}"


def _how_many(rows: pd.DataFrame) -> str:
    quantity = str(rows["quantity"].iloc[0])
    if not covers(quantity):
        still = int((rows["delta"] < SMALL_TURN).sum())
        if quantity == "divergence":
            return _(
                "{still} of them move the classes' probabilities by less than 0.01 nats when they are off."
            ).format(still=still)
        return _("{still} of them turn the sentence's vector by less than 0.01 when they are off.").format(still=still)
    if "q" in rows and rows["q"].notna().any():
        clear = rows[rows["q"] <= FALSE_DISCOVERIES]
        tested = (
            _(
                "Tested over all heads (q ≤ 0.05), {raising} lower it when they are off and {lowering} raise it; "
                "for the other {rest} no change was seen, which does not exclude a small one."
            )
            if quantity in FALLING
            else _(
                "Tested over all heads (q ≤ 0.05), {raising} raise the loss when they are off and {lowering} lower it; "
                "for the other {rest} no change was seen, which does not exclude a small one."
            )
        )
        return tested.format(
            raising=int((clear["delta"] > 0).sum()),
            lowering=int((clear["delta"] < 0).sum()),
            rest=len(rows) - len(clear),
        )
    if rows["low"].notna().any():
        return _(
            "One by one, {raising} raise the loss when they are off and {lowering} lower it, by an interval that "
            "leaves out 0; not corrected for the number of heads, since this run was measured by an earlier version."
        ).format(raising=int((rows["low"] > 0).sum()), lowering=int((rows["high"] < 0).sum()))
    better = int((rows["delta"] <= 0).sum())
    if rows["n"].max() > 1:
        return _("{texts} texts are too few for an interval: what is chance cannot be told.").format(
            texts=int(rows["n"].max())
        )
    return _("Without {better} of them the model does as well or better on this pair.").format(better=better)


def texts_read(rows: pd.DataFrame) -> str:
    """What the model read, where a run tells it."""
    if "read_as" not in rows:
        return ""
    n, tokens = int(rows["n"].max()), int(rows["tokens"].max())
    if rows["read_as"].iloc[0] == "context":
        return _(
            "Read were {n} contexts of 64 words, joined from consecutive sentences and chosen by a hash of their "
            "text; only the last 32 words of each are scored ({tokens} tokens), since a model has little to go on at "
            "the start of a text."
        ).format(n=n, tokens=f"{tokens:,}")
    if rows["read_as"].iloc[0] == "pair":
        return _("Read were {n} pairs with sides of 4 to 10 words, chosen by a hash of their text.").format(n=n)
    if rows["read_as"].iloc[0] == "whole":
        return _("Read were {n} texts or pairs, of at most 64 words a side, chosen by a hash of their text.").format(
            n=n
        )
    return _("Read were {n} sentences of 4 to 10 words, chosen by a hash of their text.").format(n=n)


def gradients(measured: Measured, stack: str = "") -> Finding:
    """Gradient importance beside the effect, with the rank correlation. Raises KeyError for fewer than three heads."""
    own = _of_stack(measured.rows, stack)
    known = own.dropna(subset=["gradient_importance", "delta"])
    drawn = known.assign(x=known["gradient_importance"], y=known["delta"])
    return Finding(
        "gradient_agreement",
        gradient_sentence(known),
        table_of(known),
        partial(
            charts.head_scatter,
            drawn,
            x=column("ablation", "gradient_importance").axis,
            y=measured.quantity.change_axis,
            splits=(None, 0.0),
        ),
        _(
            "One backward pass guesses what each head is worth; switching it off is the test. A head high up at the "
            "left was worth more than the guess."
        ),
        measured.pairs,
        measured.source,
        measured.code and f'{measured.code}.query("stack == {own["stack"].iloc[0]!r}")',
        "ablation",
    )


def gradient_sentence(rows: pd.DataFrame) -> str:
    """How well the two ranks agree."""
    if len(rows) < NAMED or rows["delta"].nunique() < 2:
        return _("Too few heads differ to compare gradient importance with the effect.")
    agreement = float(rows["gradient_importance"].corr(rows["delta"].abs(), method="spearman"))
    return _(
        "Gradient importance and the size of the measured effect agree in rank by {agreement:.2f} (Spearman; 1 is the "
        "same order, 0 none)."
    ).format(agreement=agreement)


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as shown, the largest effect first."""
    named = rows.assign(name=head_names(rows, stack=True)).sort_values("delta", ascending=False, ignore_index=True)
    return named[[name for name in TABLE if name in named]]


def signed(row: object) -> str:
    """An effect with its interval where it has one."""
    return with_interval(*(getattr(row, name) for name in ("delta", "low", "high")))


def with_interval(value: float, low: float, high: float) -> str:
    """An effect, and in brackets the ends of its interval where it has one (not NaN)."""
    return signed_digits(value) + ("" if pd.isna(low) else f" [{signed_digits(low)}, {signed_digits(high)}]")


def with_and_without(head: Head, row: "pd.Series[object]") -> str:
    """What one head costs, in Markdown. row: its row of the table."""
    return _("**{head}**: {intact:.3f} with all heads, {ablated:.3f} without it ({change}).").format(
        head=head.full_name, intact=row["intact"], ablated=row["ablated"], change=signed(row)
    )


def _of_stack(rows: pd.DataFrame, stack: str) -> pd.DataFrame:
    return rows[rows["stack"] == (stack or rows["stack"].iloc[0])]
