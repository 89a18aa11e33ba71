"""Previous-token and induction heads of a causal model, on random tokens that repeat."""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from mhattn_core.findings.markdown import escape
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.of_pair import loading
from mhattn_core.findings.value import Finding
from mhattn_core.heads import ModelHead
from mhattn_core.locale import _
from mhattn_core.measures.induction import PERIOD, REPEATS, TEXTS
from mhattn_core.models.precision import precision_of

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

InductionMeasure = Literal["induction", "previous_token"]


def induction_heads(model: "Model", scores: pd.DataFrame, measure: InductionMeasure = "induction") -> Finding:
    """The ten heads that match the prefix most, or look most at the token before. scores: of ``induction_scores``."""
    titles = {"induction": _("induction score"), "previous_token": _("weight on the token before")}
    return Finding(
        "induction_heads",
        _sentence(scores),
        scores,
        strongest_heads(scores.assign(value=scores[measure], low=np.nan, high=np.nan), title=titles[measure], most=1.0),
        _(
            "{period} random tokens stand {repeats} times, {texts} texts: nothing can be known but what came before. "
            "An induction head looks at what followed this token the last time. Bars are the ten highest heads, 0 to "
            "1."
        ).format(period=PERIOD, repeats=REPEATS, texts=TEXTS),
        TEXTS,
        f"{model.name}@{model.revision}",
        "\n".join(
            (
                "import mhattn_core as mh",
                "from mhattn_core.experiments.induction import induction_scores",
                "",
                f"induction_scores({loading(repr(model.name), precision_of(model.revision))})",
            )
        ),
    )


def _sentence(scores: pd.DataFrame) -> str:
    matching, previous = (scores.loc[scores[measure].idxmax()] for measure in ("induction", "previous_token"))
    names = [escape(ModelHead(row["model"], "decoder", row["layer"], row["head"]).name) for row in (matching, previous)]
    return _(
        "{first} matches the prefix most: {induction:.2f} of its weight goes to what followed this token before; "
        "whether it copies that token is not measured. {second} puts {previous:.2f} on the token before."
    ).format(first=names[0], induction=matching["induction"], second=names[1], previous=previous["previous_token"])
