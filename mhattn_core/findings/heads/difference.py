"""Two checkpoints of one architecture, head by head: what one measure is in one and in the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable, Problem
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.heads.compared import HEADS_TABLE
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_pair import literal, loading, source_of
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.difference import shape
from mhattn_core.measures.quantities import axis_title
from mhattn_core.models.control_names import (
    CONTROLS,
    RANDOM,
    SHUFFLED,
    control_of,
    is_control,
    trained_name,
    with_control,
)
from mhattn_core.models.precision import precision_of
from mhattn_core.runs.run import Run
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.text.pair import SentencePair

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult


def of_one_shape(run: Run) -> tuple[str, str] | None:
    """The first two models of a run with the same stacks, layers and heads."""
    shapes = {model: shape(run.heads[run.heads["model"] == model]) for model in run.models}
    return next(((a, b) for a, b in combinations(run.models, 2) if shapes[a] == shapes[b]), None)


def with_counterparts(names: Sequence[str]) -> list[str]:
    """These models, then of each the trained one and its random controls."""
    beside = [(trained_name(name), *(with_control(name, control) for control in CONTROLS)) for name in names]
    return list(dict.fromkeys([*names, *(one for own in beside for one in own)]))


def usual_two(shapes: Mapping[str, object]) -> tuple[str, str]:
    """Of models with their shapes the first and the next of the same shape, else the first and its counterpart; a
    random control stands first.
    """
    first, *others = shapes
    same = (other for other in others if shapes[other] == shapes[first])
    other = next(same, "") or next(name for name in with_counterparts([first]) if name != first)
    return (other, first) if is_control(other) else (first, other)


@of_run("heads", possible=lambda run: of_one_shape(run) is not None)
def difference_grid(
    run: Run, *, before: str = "", after: str = "", stack: str = "", measure: str = "entropy.normalised"
) -> Finding:
    """A cell a head: by how much one measure differs between two models of one architecture."""
    return differences(_of_run(run, before, after, stack, measure), measure)


@of_run("heads", possible=lambda run: of_one_shape(run) is not None)
def difference_scatter(
    run: Run, *, before: str = "", after: str = "", stack: str = "", measure: str = "entropy.normalised"
) -> Finding:
    """A mark a head: one measure in one model against the same in another of one architecture."""
    return one_against_other(_of_run(run, before, after, stack, measure), measure)


def differences(rows: pd.DataFrame, measure: str) -> Finding:
    """Which heads differ most. rows: as ``measures.difference`` gives them, of one measure and stack."""
    ordered = rows.reindex(rows["value"].abs().sort_values(ascending=False, kind="stable").index)
    return Finding(
        "difference_grid",
        _sentence(ordered, measure),
        ordered,
        partial(charts.head_grid, rows, measure=measure, title=_("difference"), difference=True),
        " ".join(_caution(ordered)),
        int(rows["n"].max()),
        draw_narrow=strongest_heads(rows, title=_("difference"), end="farthest"),
    )


def one_against_other(rows: pd.DataFrame, measure: str) -> Finding:
    """The same as a mark a head, one model across and the other up."""
    return replace(
        differences(rows, measure),
        name="difference_scatter",
        draw=partial(charts.before_after, rows, title=axis_title(measure)),
        draw_narrow=None,
        reading=_(
            "One mark is one head. On the broken line both models give the same; the farther from it, the more differs."
        ),
    )


def as_pair(result: "AttentionResult") -> SentencePair:
    """The sentences that a model read in a chat, in a template or wrote itself, fed as a pair."""
    return replace(result.pair, target=result.sentences["b"].text, feeding=AS_PAIR)


def sides(results: "Sequence[AttentionResult]") -> tuple[str, str]:
    """What two results are called: by their models, or of one model by how it was fed."""
    before, after = results
    if before.model.name != after.model.name:
        return before.model.name, after.model.name
    fed = [feeding_title(one.pair.feeding) or _("as a pair") for one in results]
    return f"{before.model.name} ({fed[0]})", f"{after.model.name} ({fed[1]})"


def on_pair(finding: Finding, results: "Sequence[AttentionResult]", stack: str, measure: str) -> Finding:
    """The finding with its source, and with code that gives the same rows, of two models that read one pair, or of one
    that read it fed in two ways.
    """
    query = f"stack == {stack!r} and measure == {measure!r}"
    loads = [loading(repr(one.model.name), precision_of(one.model.revision)) for one in results]
    names = sides(results)
    named = "" if names[0] == results[0].model.name else f".assign(model_a={names[0]!r}, model_b={names[1]!r})"
    code = (
        "import mhattn_core as mh",
        HEADS_TABLE,
        "from mhattn_core.measures.difference import difference",
        "",
        *(
            f"{name} = heads_table(mh.attend({load}, {literal(one.pair)}))"
            for name, load, one in zip(("before", "after"), loads, results, strict=True)
        ),
        f"difference(before, after){named}.query({query!r}).sort_values('value', key=abs, ascending=False, kind='stable')",
    )
    source = " · ".join(map(source_of, results))
    return replace(finding, source=source, code="\n".join(code), fed=feeding_title(results[-1].pair.feeding))


def _of_run(run: Run, before: str, after: str, stack: str, measure: str) -> pd.DataFrame:
    usual = of_one_shape(run)
    if usual is None and not (before and after):
        raise Problem(_("No two models of this run have the same stacks, layers and heads."), _("Name two models."))
    first, second = usual or ("", "")
    table = run.difference(before or first, after or second)
    rows = table[(table["measure"] == measure) & (table["group"] == "")]
    rows = rows[rows["stack"] == (stack or rows["stack"].iloc[0])] if len(rows) else rows
    if rows["value"].isna().all():
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=measure),
            _("See its table heads.parquet for the measures and stacks that it has."),
        )
    return rows


def _sentence(ordered: pd.DataFrame, measure: str) -> str:
    known = ordered.dropna(subset="value")
    top = known.iloc[0]
    return _(
        "From {a} to {b}, {title} rises in {up} heads and falls in {down}. It changes most in {head}: from "
        "{before:.2f} to {after:.2f}."
    ).format(
        a=escape(str(top["model_a"])),
        b=escape(str(top["model_b"])),
        title=axis_title(measure),
        up=(known["value"] > 0).sum(),
        down=(known["value"] < 0).sum(),
        head=head_name(top["layer"], top["head"]),
        before=top["a"],
        after=top["b"],
    )


def _caution(rows: pd.DataFrame) -> list[str]:
    """How far it may be believed."""
    said = []
    if rows["low"].isna().all():
        said.append(_("Without intervals: on other pairs the same heads may differ less, or the other way round."))
    else:
        known = rows.dropna(subset=["low", "high"])
        apart = int(((known["low"] > 0) | (known["high"] < 0)).sum())
        said.append(
            _(
                "Of {heads} heads, {apart} differ beyond what the choice of pairs explains: the 95 % interval of the "
                "difference, both models resampled together, leaves out 0."
            ).format(heads=len(known), apart=apart)
        )
    of_models = {control_of(str(rows[model].iloc[0])) for model in ("model_a", "model_b")}
    if RANDOM in of_models and None in of_models:
        said.append(
            _(
                "@random is not where training began: its weights are drawn anew, so its heads have no history in "
                "common with the trained ones. Read it as what the architecture does by itself; the rest is what "
                "training taught."
            )
        )
    if SHUFFLED in of_models and None in of_models:
        said.append(
            _(
                "@shuffled holds the trained weights, each matrix’s in a random order: what it shares with the "
                "trained model comes from the architecture and the size of the weights, not from what was learned."
            )
        )
    return said
