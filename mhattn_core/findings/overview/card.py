"""One head in a few lines: all that a run says of it."""

from dataclasses import replace
from functools import partial

import pandas as pd

from mhattn_core.charts import type_names, verdict_names
from mhattn_core.digits import with_minus
from mhattn_core.errors import Problem
from mhattn_core.findings.ablation.effects import with_interval
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.overview.heads import SUGGESTED, role_name
from mhattn_core.findings.overview.map import overview
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, head_name
from mhattn_core.locale import _, listed, stated
from mhattn_core.measures.quantities import quantity
from mhattn_core.runs.run import Run


@of_run("heads")
def head_card(run: Run, *, model: str = "", head: str = "L0 H0") -> Finding:
    """All that a run says of one head, in lines; drawn is where it stands among all heads.

    head: of the stack that the overview shows, such as ``L2 H0``.
    """
    whole = overview(run)
    name = head_name(*Head.parse(head, "encoder").cell, model=model_of(run, model))
    rows = whole.table[whole.table["name"] == name]
    if rows.empty:
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=name),
            _("Layers and heads count from 0; `overview` lists all."),
        )
    lines = card_lines(rows.iloc[0])
    first = listed(stated(line.what, escape(line.value)) for line in lines.itertuples())
    return replace(
        whole,
        sentence=f"**{escape(name)}** · {first}",
        table=lines,
        draw=partial(whole.draw, chosen=name),
    )


def card_lines(head: "pd.Series[object]") -> pd.DataFrame:
    """A row of ``head_overview`` as what, and what the run says of it; what was not measured is left out."""
    lines = role_lines(head)
    if head["similar"]:
        lines.append((_("most similar head"), f"{head['similar']} ({head['distance']:.3f})"))
    if head["type"]:
        lines.append((_("pattern"), type_names().get(str(head["type"]), str(head["type"]))))
    lines.append((_("counterpart"), str(head["partner"]) or _("none found")))
    return pd.DataFrame(lines, columns=["what", "value"])


def role_lines(head: "pd.Series[object]") -> list[tuple[str, str]]:
    """What it does and what breaks without it, as what and value."""
    lines = [(_("role"), role_name(head))]
    if head["relation"]:
        lines += [
            (_("verdict"), verdict_names().get(str(head["verdict"]), str(head["verdict"]))),
            (_("right answers, held out"), f"{head['held_out']:.0%}"),
        ]
        # A small gain, or a nearest-class head, is one over position: over both its number is below 0.
        gains = {"offset_gain": _("gain over position alone, points")} if head["verdict"] in SUGGESTED else {}
        gains["gain"] = _("gain over position and word class, points")
        lines += [
            (what, with_minus(f"{100 * float(str(head[name])):+.0f}"))
            for name, what in gains.items()
            if pd.notna(head[name])
        ]
    if pd.notna(head["effect"]):
        # Models differ in what they lose: nats of one are not the turned vector of another.
        what = _("ablation effect, {change}").format(change=quantity(str(head["quantity"])).change_axis)
        lines.append((what, with_interval(*(float(str(head[f"effect{end}"])) for end in ("", "_low", "_high")))))
    return lines
