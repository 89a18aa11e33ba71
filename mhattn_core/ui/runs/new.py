"""Measuring a person's own pairs: bring them first; what a run of them would cost waits for what runs networks."""

from mhattn_core.locale import _
from mhattn_core.text.examples import example_pairs
from mhattn_core.text.gallery import gallery
from mhattn_core.text.reading import PairRecord, Upload
from mhattn_core.text.reading.records import bad_rows
from mhattn_core.ui.choices import choose
from mhattn_core.ui.controls import Controls
from mhattn_core.ui.page import problems
from mhattn_core.ui.upload import OWN_PAIRS, upload_panel


def new_run(controls: Controls) -> None:
    """The tab in which a run is begun."""
    with problems():
        upload = _bring()
        if upload is not None:
            from mhattn_core.ui.runs.plan import plan_run  # a cold server shows where to put pairs at once

            plan_run(controls, upload)


def _bring() -> Upload | None:
    """A file, pasted cells, or sentences that are here."""
    ways = {
        "own": _("My own"),
        "gallery": _("The gallery"),
        "examples": _("60 examples in English"),
        "examples-zh": _("60 examples in Chinese"),
    }
    way = choose(_("Pairs"), ways, key="run-pairs", pills=True, persist=True)
    if way == "own":
        return upload_panel(OWN_PAIRS, latest=True)
    if way == "gallery":
        pairs = [PairRecord(example.id, example.pair, line) for line, example in enumerate(gallery().values(), start=1)]
    else:
        fields = ("english", "english_next") if way == "examples" else ("chinese", "chinese_next")
        pairs = example_pairs(*fields)
    return Upload(ways[way], "", pairs, bad_rows([]))
