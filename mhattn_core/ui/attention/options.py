"""How the chosen heads are drawn."""

from dataclasses import dataclass
from typing import Literal, cast

import streamlit as st

from mhattn_core.attention.tables import Units
from mhattn_core.locale import _
from mhattn_core.text.prose import prose
from mhattn_core.ui.choices import choose
from mhattn_core.ui.navigation import head_views

Form = Literal["lines", "matrix", "bars"]
FORM = "form"
"""The state key, and parameter of the address."""


@dataclass(frozen=True)
class Options:
    """form: what is drawn; stretched: colours and lines are relative to each head's largest weight; linked: other
    models show what goes with the first one's head; rows: whether words stand in two rows, None where nobody chose.
    """

    form: Form
    units: Units
    stretched: bool
    linked: bool
    rows: bool | None


def choose_options() -> Options:
    """One line: the other views of a head, the form, and the rest behind a button."""
    with st.container(horizontal=True, vertical_alignment="center", key="attention-options"):
        head_views()
        forms = {"lines": _("lines"), "matrix": _("matrix"), "bars": _("bars")}
        form = cast(Form, choose(_("Drawn as"), forms, key=FORM, pills=True, bare=True))
        with st.popover(_("Options"), icon=":material/tune:"):
            return Options(form, *_more())


def _more() -> tuple[Units, bool, bool, bool | None]:
    linked = st.toggle(
        _("Link heads"),
        value=True,
        key="link",
        bind="query-params",
        help=prose("linked_heads"),
    )
    stretched = st.toggle(
        _("Stretch colours"),
        key="stretch",
        bind="query-params",
        help=prose("stretched_colours"),
    )
    rows = choose(
        _("Words stand in"),
        {"auto": _("columns, short Chinese in rows"), "columns": _("columns"), "rows": _("rows")},
        key="words_in",
    )
    tokens = st.toggle(
        _("Tokens instead of words"),
        key="tokens",
        bind="query-params",
        help=prose("units_of_rows"),
    )
    return "tokens" if tokens else "words", stretched, linked, None if rows == "auto" else rows == "rows"
