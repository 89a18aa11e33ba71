"""How pairs were fed, in words; nothing is said of pairs that were fed as pairs."""

import pandas as pd

from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.runs.run import Run
from mhattn_core.text.feeding import AS_PAIR, CHAT, Feeding


def feeding_title(feeding: Feeding) -> str:
    """For a badge, and for the source of a figure."""
    if feeding == AS_PAIR:
        return ""
    if feeding.is_generated:
        return _("second sentence written by the model")
    return _("as a chat") if feeding.how == CHAT else _("in a template")


def feeding_sentence(feeding: Feeding) -> str:
    """All that there is to say, in Markdown."""
    if feeding == AS_PAIR:
        return ""
    if feeding.is_template:
        return _("Pairs were fed in the template “{template}”.").format(
            template=escape(feeding.how.replace("\n", "\\n"))
        )
    said = _("Pairs were fed as chats.")
    if feeding.is_generated:
        said = _(
            "The second sentences were written by each model itself, the likeliest token each time, {number} at most; "
            "those of a random control by the trained model."
        ).format(number=feeding.max_new_tokens)
    if feeding.system:
        said += " " + _("System text: “{text}”.").format(text=escape(feeding.system))
    return said


def pairs_as_fed(run: Run) -> pd.DataFrame:
    """The pairs of a run; where models wrote the second sentences, a row a pair and writer, with ``written_by`` and
    whether it is ``complete``.
    """
    if not run.has("generated"):
        return run.pairs
    written = run.table("generated").rename(columns={"model": "written_by"}).drop(columns="id")
    pairs = run.pairs.drop(columns=["target"], errors="ignore")
    # Both are in the order of the pairs, whose ids may be anything.
    tables = [
        pd.concat([pairs, rows.reset_index(drop=True)], axis=1)
        for _writer, rows in written.groupby("written_by", sort=False)
    ]
    return pd.concat(tables, ignore_index=True)
