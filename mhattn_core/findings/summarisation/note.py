"""The note's own matrix of a summary."""

from functools import partial

import numpy as np
import pandas as pd

from mhattn_core import charts
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.text.claims import matrices


def note_segments() -> Finding:
    """What the note claims of its summary. Its document has no text, so no length and no lift."""
    table = note_table()
    return Finding(
        "note summary",
        _(
            "The note says: *AI* comes mainly from segments 1 and 2, *技术* (technology) from segment 2, *发展* "
            "(development) from all over, *迅速* (fast) from segments 4 and 5."
        ),
        table,
        partial(charts.segment_matrix, table, value="share"),
        _("Invented to explain the idea (section {number} of the note); no model was measured.").format(
            number=matrices()["summary"].section
        ),
        1,
        "note",
    )


def note_table() -> pd.DataFrame:
    """The note's numbers as ``charts.segment_matrix`` takes them; every segment counts as equally long."""
    note = matrices()["summary"]
    rows, columns = (axis.ravel() for axis in np.indices(note.weights.shape))
    even = 1 / len(note.keys)
    share = note.weights.ravel().astype(float)
    return pd.DataFrame(
        {
            "row": rows,
            "part": np.array(note.queries, dtype=object)[rows],
            "column": columns,
            "segment": np.array(note.keys, dtype=object)[columns],
            "share": share,
            "length": even,
            "lift": share - even,
            "likest": False,
            "begins": "",
        }
    )
