"""What a new run measures: one of four sets, each with the time that it takes, or a choice of one's own."""

from collections.abc import Sequence

import streamlit as st

from mhattn_core.findings.runs.about import duration
from mhattn_core.locale import _, stated
from mhattn_core.measures.quantities import families
from mhattn_core.runs.cost import Cost
from mhattn_core.runs.sets import BASIC, seconds_of, sets_of
from mhattn_core.runs.work import MEASURABLE, measurable
from mhattn_core.text.feeding import Feeding

CHOOSE = "choose"


def choose_measures(costs: Sequence[Cost], feeding: Feeding) -> tuple[str, ...]:
    """The measures of the chosen set, in the order in which a run makes them. costs: of ``EVERYTHING``, for each model.
    feeding: of the pairs, with which not all can be measured.
    """
    sets = sets_of(feeding)
    names = {
        "quick": _("Quick"),
        "roles": _("Roles"),
        "redundancy": _("Redundancy"),
        "everything": _("Everything"),
        CHOOSE: _("My own choice"),
    }
    names = {name: title for name, title in names.items() if name in (*sets, CHOOSE)}
    times = [_("about {time}").format(time=duration(seconds_of(costs, measures))) for measures in sets.values()]
    chosen = st.radio(
        _("Measure"),
        list(names),
        format_func=names.__getitem__,
        captions=[*times, ""],
        horizontal=True,
        key="run-set",
        persist_state="session",
    )
    if chosen != CHOOSE:
        asked = sets[str(chosen)]
        st.caption(" · ".join(families()[name].title for name in asked))
    else:
        asked = _own_choice(measurable(feeding))
    return tuple(name for name in MEASURABLE if name in asked)


def _own_choice(offered: Sequence[str]) -> tuple[str, ...]:
    """The basic measures are always among it, since every chart of heads reads them."""
    more = [name for name in offered if name != BASIC]
    labels = {name: stated(families()[name].title, families()[name].says) for name in more}
    chosen = st.multiselect(
        _("Measures beside the basic ones"),
        more,
        format_func=labels.__getitem__,
        key="run-measures",
        help=_("Always measured: {says} On the command line these are `--measures {names}`.").format(
            says=families()[BASIC].says, names=",".join(more)
        ),
    )
    return BASIC, *chosen
