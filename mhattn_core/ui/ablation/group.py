"""A whole group of like heads off at once, beside the sum of what its heads cost one at a time."""

import streamlit as st

from mhattn_core.findings.ablation.groups import group_effects, groups
from mhattn_core.findings.ablation.measured import AblationTable
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.ablation.data import AblationContext, groups_off
from mhattn_core.ui.show import show


def group_view(found: AblationContext, alone: AblationTable, stack: str, quantity: str) -> None:
    """Below the scatter of *safe*. alone: what each head costs by itself."""
    st.subheader(_("A whole group at once"), anchor=False)
    st.markdown(prose("groups_off"))
    measured = groups_off(found, alone)
    if measured is None or measured.rows(quantity, stack).rows.empty:
        st.info(_("No group of two or more heads, up to half of the stack, stands out as similar."))
        return
    if measured.kind != alone.kind:
        st.caption(
            _("Groups were switched off by “{kind}” alone, whatever is chosen above.").format(kind=measured.kind)
        )
    rows = measured.rows(quantity, stack)
    show(measured.finding(group_effects, lambda: groups(rows), quantity=quantity, stack=stack), key="groups")
