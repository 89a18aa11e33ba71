"""A run in words: how long it took, what it is called in a list, whose sentences it measured."""

from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.feeding import feeding_sentence
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _, stated
from mhattn_core.measures.statistics import FEW_FOR_INTERVAL, FEWEST_FOR_INTERVAL
from mhattn_core.runs.run import Run
from mhattn_core.runs.store import Saved
from mhattn_core.text.reading import is_dataset


def duration(seconds: float) -> str:
    """For people: ``8 s``, ``3 min``, ``2.5 h``."""
    if seconds < 100:
        return _("{number} s").format(number=max(1, round(seconds)))
    return (
        _("{number} min").format(number=round(seconds / 60))
        if seconds < 6000
        else _("{number} h").format(number=f"{seconds / 3600:.1f}")
    )


def run_label(run: Saved) -> str:
    """For a list: name, number of pairs, day."""
    return stated(run.about.name, count_of_pairs(run.about.pairs)) + (
        _(" (comes with mhattn)") if run.shipped else f" · {run.about.made[:16].replace('T', ' ')} UTC"
    )


def origin(run: Saved) -> str:
    """What the pairs are, and whose."""
    says = {
        "neighbours": _("A pair is two neighbouring sentences of a document: first and second, third and fourth …"),
        "translated": _(
            "A pair is a sentence and what the translator itself writes for it; its random controls are fed the same "
            "words."
        ),
        "single": _("Each sentence stands alone."),
        "templates": _(
            "Sentences made from templates of this project, in which it is known which connective belongs to what."
        ),
        "written": _("The sentences were written for this project and come with it."),
    }
    parts = [says.get(run.about.pairing, "")]
    if is_dataset(run.about.source):
        parts.append(
            _("The pairs are a sample of {source}; licence: {licence}.").format(
                source=run.about.source, licence=escape(run.about.licence) or _("not stated")
            )
        )
    elif run.about.source:
        parts.append(
            _("Sentences: {source}, {licence}; the run holds numbers only, the sentences do not come with it.").format(
                source=run.about.source, licence=run.about.licence
            )
        )
    return " ".join(filter(None, parts))


def how_far(run: Run) -> str:
    """What the intervals of a run are drawn from, and how far its numbers carry."""
    message = (
        _("Intervals are over {units:,} documents; numbers hold for text like this corpus.")
        if run.by_document
        else _("Intervals are over {units:,} texts; numbers hold for text like this corpus.")
    )
    if run.units < FEWEST_FOR_INTERVAL:
        message = _("There are no intervals from so few ({units}, under 30); numbers hold for text like this corpus.")
    elif run.units < FEW_FOR_INTERVAL:
        message += " " + _("Under 100 of them, intervals come out too narrow, above all of rare events.")
    return message.format(units=run.units)


def provenance(run: Saved, tables: Run) -> str:
    """Where its pairs come from, its id and the version that made it, in Markdown."""
    made = _("Run {id}, mhattn {version}.").format(id=f"`{tables.id}`", version=tables.manifest.version)
    return " ".join(filter(None, (escape(origin(run)), feeding_sentence(tables.manifest.feeding), made)))
