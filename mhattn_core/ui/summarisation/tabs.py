"""Behind the first view: all heads, layers, how far to believe it, and the numbers."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core import charts
from mhattn_core.findings.markdown import escape
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.models.control_names import CONTROLS, with_control
from mhattn_core.ui.choices import choose
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.model_heads import clicks
from mhattn_core.ui.page import draw, wide_and_narrow
from mhattn_core.ui.summarisation.data import DocumentAttention, totals
from mhattn_core.ui.summarisation.elsewhere import HeldOutAgreement, measure_elsewhere, others, stored
from mhattn_core.ui.summarisation.heads import HeadSelection, open_picked
from mhattn_core.ui.summarisation.live import Work, bar_with_stop, is_here, loaded_with_bar

GRID = "segment-heads"


def heads_tab(found: DocumentAttention, whose: HeadSelection, known: HeldOutAgreement | None) -> None:
    """All heads, by agreement or by lift."""
    ways = {
        "elsewhere": _("Agreement on other documents"),
        "here": _("Agreement here"),
        "lift": _("Lift of the likest segment here"),
    }
    if known is None:
        del ways["elsewhere"]
    by = choose(_("Heads by"), ways, key="heads_by", pills=True, persist=True)
    rows = head_values(found, known, by)
    asked = found.hits.shape[-1]
    if not asked:
        st.info(
            _("No sentence of this summary shares a word with the document, so there is nothing to compare heads by.")
        )
        return
    best = rows.loc[rows["value"].idxmax()]
    form = "{:+.2f}" if by == "lift" else "{:.0%}"
    said = _("{title}: {name} has the most, {value}; the mean of all heads is {mean}.").format(
        title=ways[by],
        name=head_name(int(best["layer"]), int(best["head"])),
        value=form.format(best["value"]),
        mean=form.format(rows["value"].mean()),
    )
    st.markdown(said)
    most = float(max(rows["value"].abs().max(), 0.1))

    def grid() -> alt.LayerChart:
        return charts.head_grid(
            rows,
            measure=by,
            title=_("lift of the likest segment") if by == "lift" else _("agreement"),
            domain=(-most, most) if by == "lift" else (0, 1),
            difference=by == "lift",
            chosen=whose.framed,
            clicks=clicks(),
        )

    wide, narrow = wide_and_narrow(GRID)
    with wide:
        draw(grid(), key=GRID, on_select=_open, selection_mode=charts.PICKED, alt_text=said)
        st.caption(_("A cell is a head; a click opens it above, as the box “Head” does."))
    with narrow:
        draw(charts.strongest(rows, title=ways[by]), key=f"{GRID}-strongest", alt_text=said)
    export_panel(grid, rows, key=GRID, name=f"{found.model} {by} of heads", note=found.source)


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


def _open() -> None:
    open_picked(GRID)


def layers_tab(found: DocumentAttention) -> None:
    """Mean lift of the likest segment by layer, beside its random controls where they are stored."""
    if not found.hits.shape[-1]:
        st.info(
            _("No sentence of this summary shares a word with the document, so there is nothing to compare heads by.")
        )
        return
    names = [with_control(found.model, control) for control in CONTROLS]
    controls = [stored(name, found.given) for name in names if name != found.model]
    tables = [
        head_values(one, None, "lift").groupby("layer", as_index=False)["value"].mean().assign(model=one.model)
        for one in (found, *controls)
        if one is not None
    ]
    layers = pd.concat(tables, ignore_index=True)
    own = tables[0].loc[tables[0]["value"].idxmax()]
    said = _(
        "Layer {layer} gives the likest segments most beyond their length: a lift of {value:+.2f} on the mean of its heads."
    ).format(layer=int(own["layer"]), value=own["value"])
    st.markdown(said)
    most = float(max(layers["value"].abs().max() * 1.1, 0.1))

    def chart() -> alt.LayerChart:
        return charts.by_layer(layers, title=_("lift of the likest segment"), domain=(-most, most))

    draw(chart(), key="segment-layers", alt_text=said)
    export_panel(chart, layers, key="segment-layers", name=f"{found.model} lift by layer", note=found.source)


def believe_tab(found: DocumentAttention, known: HeldOutAgreement | None) -> Work | None:
    """What the numbers are to be held against, in words and a table; work to do, where a button for it was pressed."""
    st.markdown(
        _(
            "A weight says where a head looks while the summary is read or predicted. It is a score: it does not say how the summary was made, and a head can look at a segment and take little from it."
        )
    )
    asked = found.given.likest[found.given.likest >= 0]
    ordered = found.given.in_order[found.given.likest >= 0]
    segments = len(found.given.document.segments)
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
        (_("Shuffled: segments in an order at random"), 1 / segments, known.chance if known else np.nan),
        *(
            (_("Best head of {name}").format(name=control), np.nan, agreement)
            for control, agreement in (known.controls.items() if known else ())
        ),
    ]
    shares = {_("this document"): [row[1] for row in rows], _("other documents"): [row[2] for row in rows]}
    st.dataframe(
        pd.DataFrame({_("agreement with ROUGE-L"): [row[0] for row in rows]} | shares),
        hide_index=True,
        column_config={column: st.column_config.NumberColumn(column, format="percent") for column in shares},
        placeholder="–",
    )
    units = known.units if known else 0
    st.markdown(
        _(
            "Agreement: the share of the summary’s sentences whose most lifted segment is the one of highest ROUGE-L. This document has {here} such sentences, the others {there}: few, and the best of {heads} heads on few sentences looks good by chance. Believe a head only by how far it exceeds the lead, the order of the text, the shuffled segments and the best head of random weights; and ROUGE itself counts words in common, not meaning."
        ).format(
            here=len(asked),
            there=units,
            heads=found.hits[..., 0].size if len(asked) else found.hits.shape[0] * found.hits.shape[1],
        )
    )
    st.markdown(
        _(
            "Texts like those of newspapers say the most important thing first, so the first segment is the baseline to beat. And a segment’s own words draw attention by being many: that is why the colour is lift over length."
        )
    )
    if known is not None:
        st.caption(_("Agreement on other documents: {source}.").format(source=f"`{known.source}`"))
        return None
    if not is_here(found.model) or not others(found.given):
        return None
    pressed = st.button(
        _("Choose a head: run {name} on {documents} other documents").format(
            name=escape(found.model), documents=len(others(found.given))
        ),
        key="summary-elsewhere",
        icon=":material/play_arrow:",
    )
    return (lambda place: _measure(found, place)) if pressed else None


def _measure(found: DocumentAttention, place: DeltaGenerator) -> None:
    bar = bar_with_stop(place)
    model = loaded_with_bar(found.model, place)
    text = _("{name} is reading the gallery’s other documents.").format(name=escape(found.model))
    measure_elsewhere(model, found.given, lambda share: bar.progress(share, text=text))
    st.rerun()


def table_tab(found: DocumentAttention, whose: HeadSelection, table: pd.DataFrame) -> None:
    """The numbers of the chart, and where each word's attention goes."""
    columns = {
        "part": _("in the summary"),
        "segment": _("segment"),
        "share": _("share of attention"),
        "length": _("share of the words"),
        "lift": _("lift over length"),
        "likest": _("likest by ROUGE-L"),
        "begins": _("it begins"),
    }
    st.dataframe(table[list(columns)].rename(columns=columns), hide_index=True, height=300)
    st.caption(_("Over the segments of a row the shares add up to 1, and the lifts to 0."))
    chosen = (
        slice(None) if whose.layer is None else slice(whose.layer, whose.layer + 1),
        slice(None) if whose.head is None else slice(whose.head, whose.head + 1),
    )
    own = found.weights.own[chosen].mean(axis=(0, 1))
    where = totals(found, found.taken(whose.layer, whose.head), own)
    names = {
        "part": _("in the summary"),
        "document": _("to the document"),
        "summary": _("to the summary itself"),
        "special": _("to special tokens"),
    }
    st.dataframe(where.rename(columns=names), hide_index=True, height=240)
    st.caption(
        _(
            "What goes to the document is the sum over its segments, which is the sum over all its words; each row adds up to 1."
        )
    )
