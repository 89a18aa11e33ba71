"""Charts: a table in, an ``alt.Chart`` out."""

from mhattn_core.charts.glance import glance
from mhattn_core.charts.head_grid import head_grid
from mhattn_core.charts.matrix import CELLS_DRAWN, CELLS_WITH_TOOLTIP, LABELS_DRAWN, matrix
from mhattn_core.charts.row import row
from mhattn_core.charts.strip import strip

__all__ = ["CELLS_DRAWN", "CELLS_WITH_TOOLTIP", "LABELS_DRAWN", "glance", "head_grid", "matrix", "row", "strip"]
