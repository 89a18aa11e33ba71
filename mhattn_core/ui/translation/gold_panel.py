"""Heads as aligners over many pairs with gold: what comes with the translators, and the reader's own pairs."""

from contextlib import suppress

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core import charts
from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.report import report
from mhattn_core.experiments.alignment.shipped import SOURCE, shipped_alignment
from mhattn_core.findings.markdown import escape, plain
from mhattn_core.heads import head_name
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.models import Model
from mhattn_core.text.reading import PairRecord
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.export_panel import export_panel
from mhattn_core.ui.page import badge, draw, problems
from mhattn_core.ui.quantity_choice import table_columns
from mhattn_core.ui.resources import loaded
from mhattn_core.ui.translation.orientation import is_turned, reads
from mhattn_core.ui.upload import upload_panel

KEPT = "alignment-tables"
NUMBERS = ("aer", "low", "high", "precision", "recall", "f1", "wins", "diagonal", "gain", "gain_low", "gain_high")
"""Columns of the table that hold quantities."""


def gold_panel(controls: Controls) -> None:
    """Alignment error of every head of the chosen models, each with its interval."""
    st.subheader(_("Measured already"), anchor=False)
    shipped = {name: table for name in controls.models if (table := shipped_alignment(name)) is not None}
    if not shipped:
        st.info(
            _(
                "None of the chosen models comes with measured alignments; marian-en-zh and marian-zh-en do. Or give pairs with gold links below."
            )
        )
    for name, table in shipped.items():
        _show(name, table, key="shipped")
    if shipped:
        st.caption(
            _("Gold: {source}. Only the numbers come with this package, not the sentences.").format(source=SOURCE)
        )
    st.subheader(_("Your pairs with gold links"), anchor=False)
    st.caption(
        _(
            "A file with columns source, target and alignment (0-0 1-2 2p1, source-target; p marks possible links). Columns source_words and target_words, cut by spaces, say which words the links count."
        )
    )
    upload = upload_panel("gold")
    if upload is None:
        return
    gold = [record for record in upload.pairs if record.alignment is not None]
    if not gold:
        st.warning(_("None of these pairs has links: a column “alignment” is needed."), icon=":material/link_off:")
        return
    st.markdown(_("{pairs} pairs with gold links.").format(pairs=f"{len(gold):,}"))
    if st.button(_("Measure every head of the chosen models"), type="primary", icon=":material/play_arrow:"):
        st.session_state[KEPT] = gold, _measured(controls.models, gold)
    measured, tables = st.session_state.get(KEPT, (gold, {}))
    # Numbers of other pairs, or of models that are not chosen any more, would pass for these.
    shown = {name: tables[name] for name in controls.models if name in tables and measured == gold}
    for name, (table, skipped) in shown.items():
        _show(name, table, key="own")
        if len(skipped):
            st.dataframe(skipped, hide_index=True)


def _measured(names: tuple[str, ...], gold: list[PairRecord]) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Tables by model, with a bar; a model that cannot take part says why, and the others go on."""
    tables = {}
    for name in names:
        bar = st.progress(0.0, text=escape(name))

        def tell(done: int, total: int, bar: DeltaGenerator = bar, name: str = name) -> None:
            bar.progress(done / total, text=escape(f"{name}: {done}/{total}"))

        with problems(name):
            turned = is_turned(name, gold[0].pair)
            tables[name] = report(
                loaded(name),
                gold,
                turned=turned,
                reverse=_reverse(names, gold[0]) if reads(name) and not turned else None,
                progress=tell,
            )
        bar.empty()
    return tables


def _reverse(names: tuple[str, ...], record: PairRecord) -> Model | None:
    """The first chosen translator of the other direction that can be had; why another cannot, its own line says."""
    for name in names:
        if is_turned(name, record.pair):
            with suppress(Problem):
                return loaded(name)
    return None


def _show(name: str, table: pd.DataFrame, *, key: str) -> None:
    """One model's best head, held out, then the grid of all its heads and the table."""
    st.markdown(f"**{escape(name)}**")
    heads = table[(table["choice"] == "") & (table["stack"] != "") & (table["head"] >= 0)]
    best = table[table["choice"] == "head"].iloc[0]
    st.markdown(_finding(best))
    badge(int(best["n"]))
    shown, all_rows = st.tabs([_("Picture"), _("Table")])
    with shown:
        options = list(
            dict.fromkeys(f"{row} {weight}" for row, weight in zip(heads["rows"], heads["weight"], strict=True))
        )
        usual = f"{best['rows']} {best['weight']}"
        reading = st.segmented_control(
            _("Rows and weights"),
            options,
            default=usual if usual in options else options[0],
            required=True,
            key=f"reading-{key}-{name}",
        )
        rows, weight = str(reading).split()
        drawn = heads[(heads["rows"] == rows) & (heads["weight"] == weight)].assign(
            measure="aer", value=lambda rows: rows["aer"]
        )
        grid = charts.head_grid(
            drawn, measure="aer", title=quantity("aer").axis, domain=(float(drawn["value"].min()), 1.0), reverse=True
        )
        draw(grid, key=f"gold-grid-{key}-{name}", alt_text=plain(_finding(best)))
        export_panel(lambda: grid, table, key=f"gold-{key}-{name}", name=f"{name}-alignment-error", note=name)
    with all_rows:
        st.dataframe(table, hide_index=True, height=300, column_config=table_columns("align", NUMBERS))


def _finding(best: pd.Series) -> str:
    if pd.isna(best["aer"]):
        return _("These are too few pairs to choose a head on one half and report it on the other.")
    said = _(
        "Best head, chosen on one half of the pairs and reported on the other: **{name}** ({rows}, {weight}), alignment error **{aer:.0%}** [{low:.0%}, {high:.0%}]; word order alone makes {diagonal:.0%}."
    ).format(
        name=head_name(int(best["layer"]), int(best["head"])),
        rows=best["rows"],
        weight=best["weight"],
        aer=best["aer"],
        low=best["low"],
        high=best["high"],
        diagonal=best["diagonal"],
    )
    if best["gain_low"] > 0:
        return said + " " + _("It is better than word order alone.")
    if best["gain_high"] < 0:
        return said + " " + _("It is worse than word order alone: no evidence that this head aligns.")
    return said + " " + _("The difference may be chance: no evidence that this head aligns.")
