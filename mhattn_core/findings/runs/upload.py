"""What was read of a file of pairs, in words."""

from collections.abc import Sequence

import pandas as pd

from mhattn_core.findings.counts import count_of_pairs
from mhattn_core.findings.markdown import escape
from mhattn_core.locale import _
from mhattn_core.text.reading import PairRecord, Upload


def upload_sentences(upload: Upload) -> tuple[str, list[str]]:
    """How many pairs there are, and what was detected, in Markdown."""
    separators = {",": _("comma"), "\t": _("tab"), ";": _("semicolon"), "|": _("bar"), "|||": "|||"}
    parts = [
        _("Format: {format}").format(format=upload.format),
        _("sheet: {sheet}").format(sheet=upload.sheet) if upload.sheet else "",
        _("encoding: {encoding}").format(encoding=upload.encoding.upper()) if upload.encoding else "",
        _("separator: {separator}").format(separator=separators[upload.separator]) if upload.separator else "",
    ]
    read_as = _("**{pairs}** from {name}; rows left out: {bad}.").format(
        pairs=count_of_pairs(len(upload.pairs)), name=escape(upload.name), bad=f"{len(upload.bad):,}"
    )
    details = [escape(" · ".join(filter(None, parts)))]
    if upload.encoding and not upload.encoding.startswith("utf"):
        details.append(_("If characters look wrong, save the file with the encoding UTF-8."))
    return read_as, details


def words_table(records: Sequence[PairRecord]) -> pd.DataFrame:
    """Where words of pairs begin and end, with the line of each."""
    return pd.DataFrame(
        {
            _("line"): [one.line for one in records],
            _("Words of the first sentence"): [" · ".join(word.text for word in one.pair.a.words) for one in records],
            _("Words of the second sentence"): [" · ".join(word.text for word in one.pair.b.words) for one in records],
        }
    )


def field_labels() -> dict[str, str]:
    """What the fields of a pair are called."""
    return {
        "source": _("First sentence"),
        "target": _("Second sentence"),
        "id": _("Id"),
        "document": _("Document"),
        "group": _("Group"),
        "label": _("Label"),
        "alignment": _("Alignment (0-0 1p2)"),
        "source_words": _("Words of the first sentence"),
        "target_words": _("Words of the second sentence"),
    }
