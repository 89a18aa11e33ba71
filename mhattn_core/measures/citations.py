"""Whom to cite for what a page shows: the sources of the quantities and methods that are at work on it."""

from mhattn_core.measures.quantities import quantities
from mhattn_core.text.methods import methods, sources


def sources_of(page: str) -> list[str]:
    """BibTeX, each entry once; methods first."""
    cited = [key for method in methods().values() if page in method.pages for key in method.sources]
    cited += [key for one in quantities().values() if page in one.pages for key in one.sources]
    return [sources()[key] for key in dict.fromkeys(cited)]
