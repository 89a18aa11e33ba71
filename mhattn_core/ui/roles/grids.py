"""Every head of every model on one relation: layer × head grids on one scale."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from mhattn_core.findings.relations.heads import relation_heads
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.heads import ModelHead, head_name
from mhattn_core.ui.choices import put
from mhattn_core.ui.names import model_label
from mhattn_core.ui.roles.best import HEAD
from mhattn_core.ui.show import show


def role_grids(rows: RelationRows, relation: str, chosen: ModelHead) -> None:
    """Two grids beside one another; the head that is open is framed, and elsewhere the best."""
    best = {
        str(row["model"]): (int(row["layer"]), int(row["head"])) for _place, row in rows.scored(relation).iterrows()
    }
    most = float(rows.rates(relation)["value"].max())
    models = [one for one in rows.models if one[0] in best]
    for start in range(0, len(models), 2):
        for number, ((model, stack), column) in enumerate(
            zip(models[start : start + 2], st.columns(2), strict=False), start
        ):
            framed = chosen.cell if (chosen.model, chosen.stack) == (model, stack) else best[model]
            with column:
                st.markdown(f"**{model_label(model)}** · `{stack}`")
                show(
                    relation_heads(
                        rows.run, model=model, stack=stack, direction=rows.direction, relation=relation, most=most
                    ),
                    key=f"role-grid-{number}",
                    on_pick=partial(_open, model),
                    chosen=framed,
                )


def _open(model: str, mark: Mapping[str, int]) -> None:
    put(HEAD, head_name(mark["layer"], mark["head"], model=model))
