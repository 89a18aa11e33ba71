"""Heads as aligners over many pairs with gold: what comes with the translators, and the reader's own pairs."""

from contextlib import suppress

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mhattn_core.errors import Problem
from mhattn_core.experiments.alignment.report import report
from mhattn_core.experiments.alignment.shipped import SOURCE, shipped_alignment
from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.translation.all_heads import heads_of_table, held_out_aligner
from mhattn_core.locale import _
from mhattn_core.models.model import Model
from mhattn_core.models.readers import reads
from mhattn_core.text.prose import prose
from mhattn_core.text.reading import PairRecord
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.names import model_label
from mhattn_core.ui.page import problems
from mhattn_core.ui.resources import loaded
from mhattn_core.ui.show import say, show
from mhattn_core.ui.tables import show_table
from mhattn_core.ui.turns import turn
from mhattn_core.ui.upload import upload_panel

KEPT = "alignment-tables"
CODE = {
    "shipped": "from mhattn_core.experiments.alignment.shipped import shipped_alignment\n\nshipped_alignment({name!r})",
    "own": "import mhattn_core as mh\nfrom mhattn_core.experiments.alignment.report import report\n\n"
    "report(mh.load({name!r}), mh.read_pairs('PAIRS.csv').pairs)[0]",
}
"""Python that gives a table again, of the pairs that come with the package and of the reader's own."""
NUMBERS = ("aer", "low", "high", "precision", "recall", "f1", "wins", "diagonal", "gain", "gain_low", "gain_high")
"""Columns of the table that hold quantities."""


def gold_panel(controls: Controls) -> None:
    """Alignment error of every head of the chosen models, each with its interval."""
    st.subheader(_("Measured already"), anchor=False)
    shipped = {name: table for name in controls.models if (table := shipped_alignment(name)) is not None}
    if not shipped:
        st.info(prose("no_measured_alignments"))
    for name, table in shipped.items():
        _show(name, table, key="shipped")
    if shipped:
        st.caption(
            _("Gold: {source}. Only the numbers come with this package, not the sentences.").format(source=SOURCE)
        )
    st.subheader(_("Your pairs with gold links"), anchor=False)
    st.caption(prose("gold_file"))
    upload = upload_panel("gold")
    if upload is None:
        return
    gold = [record for record in upload.pairs if record.alignment is not None]
    if not gold:
        st.warning(_("None of these pairs has links: a column “alignment” is needed."), icon=":material/link_off:")
        return
    st.markdown(_("{pairs} with gold links.").format(pairs=count_of_pairs(len(gold))))
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
        bar = st.progress(0.0, text=model_label(name))

        def tell(done: int, total: int, bar: DeltaGenerator = bar, name: str = name) -> None:
            bar.progress(done / total, text=escape(f"{name}: {done}/{total}"))

        with problems(name), turn(bar, escape(name)):
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
    st.markdown(f"**{model_label(name)}**")
    finding = held_out_aligner(name, table)
    say(finding)
    shown, all_rows = st.tabs([_("Picture"), _("Table")])
    with shown:
        heads = heads_of_table(table)
        options = list(
            dict.fromkeys(f"{row} {weight}" for row, weight in zip(heads["rows"], heads["weight"], strict=True))
        )
        best = table[table["choice"] == "head"].iloc[0]
        usual = f"{best['rows']} {best['weight']}"
        reading = st.segmented_control(
            _("Rows and weights"),
            options,
            default=usual if usual in options else options[0],
            required=True,
            key=f"reading-{key}-{name}",
        )
        finding = held_out_aligner(name, table, *str(reading).split(), code=CODE[key].format(name=name))
        show(finding, key=f"gold-grid-{key}-{name}", sentence=False)
    with all_rows:
        show_table(table, of="align", formats={"%.3f": NUMBERS}, height=300)
