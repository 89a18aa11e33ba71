"""What the overview of a run comes to, in three sentences with a page to go on from each."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mhattn_core.digits import with_minus
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.overview.heads import SPECIALISTS, SUGGESTED, head_overview
from mhattn_core.locale import _, listed, stated
from mhattn_core.models.control_names import CONTROLS, is_control, with_control
from mhattn_core.runs.run import Run

FEWEST = 10
"""Heads from which on a rank correlation is said."""


@dataclass(frozen=True)
class Answer:
    """title: the question; sentence: the answer, in Markdown; page: where it goes on."""

    title: str
    sentence: str
    page: str


def overview_answers(run: Run, models: Sequence[str]) -> list[Answer]:
    """Of what the run measured: who specialises, which heads two models share, and whether similar heads can stand in
    for one another.
    """
    trained = [model for model in models if not is_control(model)] or list(models)
    heads = head_overview(run, models)
    answers = []
    if run.has("relations"):
        answers.append(Answer(_("Which heads specialise?"), _specialised(heads, trained), "Head roles"))
    if run.has("matches") and len(trained) > 1:
        answers.append(Answer(_("Do the models share heads?"), _shared(run, heads, trained), "Compare models"))
    if run.has("ablation") and run.has("distances"):
        answers.append(Answer(_("Can a similar head stand in?"), _replaceable(heads, trained), "Redundancy"))
    return answers


def _specialised(heads: pd.DataFrame, models: Sequence[str]) -> str:
    parts = []
    for model in models:
        verdicts = heads.loc[heads["model"] == model, "verdict"]
        message = _(
            "{model}: {heads} of {all} heads found a relation better than position and word class do; {suggested} more "
            "gained little, or only looked at the nearest word of a class."
        )
        parts.append(
            message.format(
                model=escape(model),
                heads=int(verdicts.isin(SPECIALISTS).sum()),
                all=len(verdicts),
                suggested=int(verdicts.isin(SUGGESTED).sum()),
            )
        )
    return " ".join(parts)


def _shared(run: Run, heads: pd.DataFrame, models: Sequence[str]) -> str:
    a, b = models[:2]
    counts = {
        other: count
        for other in (b, *(with_control(b, control) for control in CONTROLS))
        if (count := _counterparts(run, a, other)) is not None
    }
    names = {"a": escape(a), "b": escape(b), "all": int((heads["model"] == a).sum())}
    if b not in counts:
        return _("{a} and {b} were not matched in this run.").format(**names)
    shared = counts.pop(b)
    if not counts:
        return _("Heads of {a} with a counterpart in {b}: {count} of {all}.").format(count=shared, **names)
    return _("Heads of {a} with a counterpart in {b}: {count} of {all}. In random controls: {chance}.").format(
        count=shared, chance=listed(stated(escape(name), count) for name, count in counts.items()), **names
    )


def _counterparts(run: Run, a: str, b: str) -> int | None:
    """Heads of two models with a shared role by profile; None where these were not matched."""
    rows = run.matches
    rows = rows[(rows["by"] == "profile") & rows["model_a"].isin([a, b]) & rows["model_b"].isin([a, b])]
    return int((rows["verdict"] == "shared role").sum()) if len(rows) else None


def _replaceable(heads: pd.DataFrame, models: Sequence[str]) -> str:
    parts = []
    for model in models:
        own = heads[(heads["model"] == model)].dropna(subset=["distance", "effect"])
        if len(own) >= FEWEST:
            rank = own["distance"].corr(own["effect"], method="spearman")
            parts.append(with_minus(f"{escape(model)} {rank:+.2f}"))
    if not parts:
        return _("Too few heads to tell.")
    return _(
        "If it could, heads with a near neighbour would cost less. Rank correlation of a head's distance to its most "
        "similar head with its ablation effect: {ranks} (Spearman)."
    ).format(ranks=listed(parts))
