"""One head in a few lines: what a run says of it, with links to more."""

import pandas as pd

from mhattn_core.charts import type_names, verdict_names
from mhattn_core.findings.overview.heads import role_name
from mhattn_core.locale import _


def card_lines(head: "pd.Series[object]") -> pd.DataFrame:
    """A row of ``head_overview`` as what, and what the run says of it; what was not measured is left out."""
    effect = head["effect"]
    lines = [(_("role"), role_name(head))]
    if head["relation"]:
        lines += [
            (_("verdict"), verdict_names().get(str(head["verdict"]), str(head["verdict"]))),
            (_("right answers, held out"), f"{head['held_out']:.0%}"),
            (_("gain over the baseline"), f"{100 * float(str(head['gain'])):+.0f}"),
        ]
    if pd.notna(effect):
        lines.append((_("ablation effect"), f"{effect:+.3f}"))
    if head["similar"]:
        lines.append((_("most similar head"), f"{head['similar']} ({head['distance']:.3f})"))
    if head["type"]:
        lines.append((_("pattern"), type_names().get(str(head["type"]), str(head["type"]))))
    lines.append((_("counterpart"), str(head["partner"]) or _("none found")))
    return pd.DataFrame(lines, columns=["what", "value"])
