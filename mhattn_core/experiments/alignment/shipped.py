"""Alignment error of the translators that come with this package, measured once on gold that does not."""

import pandas as pd

from mhattn_core.models.catalogue import entries

SOURCE = "DeNero and Macherey's 150 Chinese–English news sentences (NIST MT02)"
"""Whose links: github.com/papajohn/zh_en_word_alignment_data, MIT; the sentences and links themselves are not part of
this project.
"""


def shipped_alignment(name: str) -> pd.DataFrame | None:
    """The table of ``report`` for a bundled translator; None for other models."""
    entry = entries().get(name)
    path = entry.path() if entry and entry.bundled else None
    if path is None or not (path / "alignment.csv").is_file():
        return None
    return pd.read_csv(path / "alignment.csv", keep_default_na=False, na_values=[""]).fillna(
        {"choice": "", "stack": "", "rows": "", "weight": ""}
    )
