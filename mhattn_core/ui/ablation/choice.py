"""Choosing the quantity that is shown, and the way in which heads are switched off."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.attention.ablation import Kind
from mhattn_core.findings.ablation.measured import quantities_in
from mhattn_core.locale import _
from mhattn_core.measures.quantities import quantity
from mhattn_core.text.code_names import code_names
from mhattn_core.text.prose import prose
from mhattn_core.ui import quantity_choice
from mhattn_core.ui.choices import choose


def choose_quantity(rows: pd.DataFrame) -> str:
    """A quantity that the table has, the model's loss first."""
    names = quantities_in(rows)
    if len(names) == 1:
        return names[0]
    offered = {name: quantity(name) for name in names}
    return quantity_choice.choose_quantity(_("Quantity"), offered, key="quantity", pills=True).code


def choose_kind(kinds: Sequence[Kind], key: str) -> Kind:
    """A way to switch heads off; no choice where there is one."""
    if len(kinds) == 1:
        return kinds[0]
    chosen = choose(_("Switched off means"), code_names(kinds), key=key, pills=True, help_text=prose("switched_off"))
    return next(kind for kind in kinds if kind == chosen)
