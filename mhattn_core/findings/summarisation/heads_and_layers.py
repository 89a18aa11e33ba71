"""All heads of a model over one document: which agree with ROUGE, which layers lift what is similar, and what to hold
it against.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.narrow import strongest_heads
from mhattn_core.findings.summarisation.code import python_lines
from mhattn_core.findings.summarisation.document import DocumentAttention
from mhattn_core.findings.summarisation.held_out import HeldOutAgreement
from mhattn_core.findings.value import Finding
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models.precision import precision_of


def ways(known: HeldOutAgreement | None) -> dict[str, str]:
    """What heads can be compared by: name and title."""
    offered = {
        "elsewhere": _("Agreement on other documents"),
        "here": _("Agreement here"),
        "lift": _("Lift of the most similar segment here"),
    }
    if known is None:
        del offered["elsewhere"]
    return offered


def heads_of_document(found: DocumentAttention, known: HeldOutAgreement | None, by: str) -> Finding:
    """A cell a head. by: a name of ``ways``. Raises Problem where no sentence of the summary is like any segment."""
    _check(found)
    rows = head_values(found, known, by)
    best = rows.loc[rows["value"].idxmax()]
    form = "{:+.2f}" if by == "lift" else "{:.0%}"
    most = float(max(rows["value"].abs().max(), 0.1))
    title = ways(known)[by]
    return Finding(
        f"{found.model} {by} of heads",
        _("{title}: {name} has the most, {value}; the mean of all heads is {mean}.").format(
            title=title,
            name=head_name(int(best["layer"]), int(best["head"])),
            value=form.format(best["value"]),
            mean=form.format(rows["value"].mean()),
        ),
        rows,
        partial(
            charts.head_grid,
            rows,
            measure=by,
            title=_("lift of the most similar segment") if by == "lift" else _("agreement"),
            domain=(-most, most) if by == "lift" else (0, 1),
            difference=by == "lift",
        ),
        "",
        1,
        found.source,
        python_lines(found.given, found.model, precision_of(found.revision)),
        draw_narrow=strongest_heads(rows, title=title),
    )


def head_values(found: DocumentAttention, known: HeldOutAgreement | None, by: str) -> pd.DataFrame:
    """A row a head: agreement elsewhere, agreement here, or the mean lift of the likest segments here."""
    layer, head = (axis.ravel() for axis in np.indices(found.hits.shape[:2]))
    rows = pd.DataFrame(
        {"layer": layer, "head": head, "measure": by, "model": found.model, "low": np.nan, "high": np.nan}
    )
    if by == "elsewhere" and known is not None:
        return rows.merge(known.heads.rename(columns={"agreement": "value", "units": "n"}), on=["layer", "head"])
    asked = np.flatnonzero(found.given.likest >= 0)
    values = found.hits.mean(axis=-1) if len(asked) else np.full(found.hits.shape[:2], np.nan)
    if by == "lift" and len(asked):
        values = found.lifts[..., asked, found.given.likest[asked]].mean(axis=-1)
    return rows.assign(value=values.ravel().astype(float), n=len(asked))


def layers_of_document(found: DocumentAttention, controls: Sequence[DocumentAttention]) -> Finding:
    """Mean lift of the likest segment by layer, beside the model's random controls. Raises Problem as
    ``heads_of_document``.
    """
    _check(found)
    tables = [
        head_values(one, None, "lift").groupby("layer", as_index=False)["value"].mean().assign(model=one.model)
        for one in (found, *controls)
    ]
    layers = pd.concat(tables, ignore_index=True)
    top = tables[0].loc[tables[0]["value"].idxmax()]
    most = float(max(layers["value"].abs().max() * 1.1, 0.1))
    return Finding(
        f"{found.model} lift by layer",
        _(
            "Layer {layer} gives the likest segments most beyond their length: a lift of {value:+.2f} on the mean of "
            "its heads."
        ).format(layer=int(top["layer"]), value=top["value"]),
        layers,
        partial(charts.by_layer, layers, title=_("lift of the most similar segment"), domain=(-most, most)),
        "",
        1,
        found.source,
        python_lines(found.given, found.model, precision_of(found.revision)),
    )


def comparisons(found: DocumentAttention, known: HeldOutAgreement | None) -> pd.DataFrame:
    """What agreement with ROUGE is to be held against: label, here, elsewhere; NaN where nothing was measured."""
    of_units = found.given.likest >= 0
    asked, ordered = found.given.likest[of_units], found.given.in_order[of_units]
    here = found.hits.mean(axis=-1) if len(asked) else np.full(found.hits.shape[:2], np.nan)
    rows = [
        (
            _("Best head elsewhere, on this document"),
            here[known.best] if known else np.nan,
            known.of(*known.best) if known else np.nan,
        ),
        (_("Mean of all heads’ agreement"), here.mean(), known.heads["agreement"].mean() if known else np.nan),
        (
            _("Lead: always the first segment"),
            float((asked == 0).mean()) if len(asked) else np.nan,
            known.lead if known else np.nan,
        ),
        (
            _("Order: the segment as far into the text as the sentence is into the summary"),
            float((asked == ordered).mean()) if len(asked) else np.nan,
            known.order if known else np.nan,
        ),
        (
            _("Shuffled: segments in an order at random"),
            1 / len(found.given.document.segments),
            known.chance if known else np.nan,
        ),
        *(
            (_("Best head of {name}").format(name=control), np.nan, agreement)
            for control, agreement in (known.controls.items() if known else ())
        ),
    ]
    return pd.DataFrame(rows, columns=["label", "here", "elsewhere"])


def cautions(found: DocumentAttention, known: HeldOutAgreement | None) -> list[str]:
    """How far it may be believed, in Markdown."""
    layers, heads = found.weights.weights.shape[:2]
    return [
        _(
            "Agreement: the share of the summary’s sentences whose most lifted segment is the one of highest ROUGE-L. "
            "This document has {here} such sentences, the others {there}: few, and the best of {heads} heads on few "
            "sentences looks good by chance. Believe a head only by how far it exceeds the lead, the order of the "
            "text, the shuffled segments and the best head of random weights; and ROUGE itself counts words in common, "
            "not meaning."
        ).format(here=int((found.given.likest >= 0).sum()), there=known.units if known else 0, heads=layers * heads),
        _(
            "Texts like those of newspapers say the most important thing first, so the first segment is the baseline "
            "to beat. And a segment’s own words draw attention by being many: that is why the colour is lift over "
            "length."
        ),
    ]


def _check(found: DocumentAttention) -> None:
    if not found.hits.shape[-1]:
        raise NotAvailable(
            _("No sentence of this summary shares a word with the document, so there is nothing to compare heads by."),
            _("Give a summary in the document's own words."),
        )
