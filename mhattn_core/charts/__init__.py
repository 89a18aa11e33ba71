"""Charts: a table in, an ``alt.Chart`` out."""

from mhattn_core.charts.before_after import before_after
from mhattn_core.charts.distributions import by_depth, distributions
from mhattn_core.charts.glance import PICKED, glance
from mhattn_core.charts.head_grid import head_grid
from mhattn_core.charts.lines import lines
from mhattn_core.charts.matrix import CELLS_DRAWN, CELLS_WITH_TOOLTIP, LABELS_DRAWN, matrix
from mhattn_core.charts.pattern import pattern
from mhattn_core.charts.profiles import profiles
from mhattn_core.charts.row import row
from mhattn_core.charts.save import save
from mhattn_core.charts.strip import strip
from mhattn_core.charts.strongest import strongest

__all__ = [
    "CELLS_DRAWN",
    "CELLS_WITH_TOOLTIP",
    "LABELS_DRAWN",
    "PICKED",
    "before_after",
    "by_depth",
    "distributions",
    "glance",
    "head_grid",
    "lines",
    "matrix",
    "pattern",
    "profiles",
    "row",
    "save",
    "strip",
    "strongest",
]
