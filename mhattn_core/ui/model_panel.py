"""One model's share of the Attention page."""

import streamlit as st

from mhattn_core.attention import AttentionResult
from mhattn_core.attention.tables import Units
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.models.progress import reporting
from mhattn_core.text.gallery import gallery
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.glance_panel import glance_panel
from mhattn_core.ui.head_choice import choose_head, choose_stack
from mhattn_core.ui.head_panel import head_panel
from mhattn_core.ui.page import problems
from mhattn_core.ui.panel import panel
from mhattn_core.ui.resources import attended
from mhattn_core.ui.unknown import may_draw


@panel
def model_panel(name: str, place: int, controls: Controls, *, units: Units, same_scale: bool) -> None:
    """A model's chosen head in full and all its heads at a glance; a click redraws this model alone."""
    st.subheader(escape(name), anchor=False)
    with problems(name):
        seen = attended_with_progress(name, controls)
        stack = choose_stack(seen, place)
        telling = gallery()[controls.gallery_id].heads if controls.gallery_id else {}
        head, reason = choose_head(seen, stack, place, telling)
        if not seen.has_first_token:
            st.caption(
                _(
                    "The tokenizer of {name} has no token that begins a text, so the text's own first word stands "
                    "first. It may take attention that means nothing (an attention sink)."
                ).format(name=escape(name))
            )
        if may_draw(seen, stack, place):
            head_panel(seen, head, place, units=units, same_scale=same_scale, reason=reason)
            glance_panel(seen, head, place, same_scale=same_scale)


def attended_with_progress(name: str, controls: Controls) -> AttentionResult:
    """What the model sees, with a bar while it is downloaded. Stop, or another choice, cancels: Streamlit ends the run
    at the bar.
    """
    place = st.empty()

    def report(file: str, share: float) -> None:
        text = _("Downloading {name}: {file}. Stop cancels; what is here already is kept.").format(name=name, file=file)
        place.progress(share, text=escape(text))

    with st.spinner(_("Loading {name} …").format(name=escape(name))), reporting(report):
        seen = attended(name, controls.pair)
    place.empty()
    return seen
