"""What detectors call a head, and what their numbers rest on."""

import pandas as pd

from mhattn_core.heads import ModelHead
from mhattn_core.locale import _, listed
from mhattn_core.measures.detectors.names import DETECTORS, WINDOW
from mhattn_core.runs.run import Run


def kinds_of_heads() -> dict[str, tuple[str, ...]]:
    """What a head is called, and the detectors that it then passes: an induction head both looks at what followed and
    raises it.
    """
    return {
        _("induction head"): ("induction", "copying"),
        _("previous-token head"): ("previous_token",),
        _("first-occurrence head"): ("first_occurrence",),
        _("duplicate-token head"): ("duplicate_token",),
        _("sink head"): ("sink.64",),
        _("writes next to nothing"): ("output_norm",),
        _("fits your own pattern"): ("own_mask",),
    }


def kinds_of(run: Run, head: ModelHead) -> str:
    """What the run's detectors call a head, in words; empty where it is of no known kind, or they were not measured."""
    if not run.has("detectors"):
        return ""
    own = run.table("detectors", model=head.model, stack=head.stack)
    own = own[(own["layer"] == head.layer) & (own["head"] == head.head) & own["detected"]]
    passed = set(own["measure"])
    names = [name for name, asked in kinds_of_heads().items() if passed.issuperset(asked)]
    if "induction" in passed and "copying" not in passed:
        names.insert(0, _("prefix-matching head"))
    return listed(names)


def texts_of(rows: pd.DataFrame) -> str:
    """How much the rows of one detector rest on, in words."""
    number = int(rows["n"].max())
    if DETECTORS[str(rows["measure"].iloc[0])].on == "random":
        return _("{texts} texts of random tokens").format(texts=number)
    return _("{texts} pieces of {tokens} tokens").format(texts=number, tokens=WINDOW)
