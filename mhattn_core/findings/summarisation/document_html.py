"""A document as HTML, with what a part of its summary takes of each segment."""

from html import escape

import numpy as np
import pandas as pd

from mhattn_core.charts.segment_matrix import MOST_COLUMNS
from mhattn_core.digits import with_minus
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.locale import _
from mhattn_core.measures.segments import lift, shares


def segments_html(
    given: DocumentInput, weights: np.ndarray | None, table: pd.DataFrame | None = None, part: int = 0
) -> str:
    """Segment by segment, the text escaped. weights ``[segment]``: of one part; None where no model read the document.

    table: of ``segment_matrix``, whose row ``part`` says which segments are most similar to the part.
    """
    length = np.array(given.document.words)
    took = None if weights is None else shares(weights)
    lifted = None if weights is None else lift(weights, length)
    likest = set(given.likest.tolist())
    if table is not None and len(length) <= MOST_COLUMNS:
        own = table[table["row"] == part]
        likest = set(own.loc[own["likest"], "column"].tolist())
    blocks = []
    for number, (text, words) in enumerate(zip(given.document.segments, length, strict=True)):
        head = f"<b>{number + 1}{' ◆' if number in likest else ''}</b> · " + _("{words} words").format(words=words)
        if took is not None and lifted is not None and np.isfinite(took[number]):
            says = _("{share:.1%} of the attention, lift {lift:+.2f}").format(share=took[number], lift=lifted[number])
            head += f" · {with_minus(says)}"
            width = 100 * float(took[number])
            head += f'<div style="height:5px;width:{width:.1f}%;background:#0072B2;border-radius:2px"></div>'
        blocks.append(
            f'<div style="margin-bottom:.8rem"><div '
            f'style="font-size:.8rem;opacity:.85">{head}</div>{escape(text)}</div>'
        )
    return "".join(blocks)
