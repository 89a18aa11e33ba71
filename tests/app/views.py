"""Every page, tab by tab."""

from reading import open_page
from streamlit.testing.v1 import AppTest

VIEWS: list[tuple[str, dict[str, str]]] = [
    *(("overview", {"view": view}) for view in ("role", "redundancy", "effect", "pattern")),
    ("head", {}),
    ("home", {}),
    ("attention", {}),
    *(("inside_a_head", {"tab": tab}) for tab in ("steps", "rows", "dimensions", "matches", "weights", "probes")),
    *(("fusion", {"tab": tab}) for tab in ("norms", "directions", "layers", "prediction", "coverage", "run")),
    *(("translation", {"tab": tab}) for tab in ("pair", "gold")),
    *(("summarisation", {"tab": tab}) for tab in ("heads", "layers", "believe", "table")),
    *(("runs", {"tab": tab}) for tab in ("saved", "new", "compare")),
    ("head_roles", {"tab": "relations"}),
    *(("head_roles", {"tab": "patterns", "shapes": view}) for view in ("types", "ideals", "induction", "numbers")),
    *(("redundancy", {"tab": tab}) for tab in ("matrix", "map", "groups", "table")),
    *(("fault_tolerance", {"tab": tab}) for tab in ("bench", "heads", "safe", "curve", "vote")),
    *(("compare_models", {"tab": "measure", "view": view}) for view in ("grids", "axis", "depth", "table")),
    ("compare_models", {"tab": "difference"}),
    ("compare_models", {"tab": "matched"}),
    ("methods", {}),
]


def name_of_view(view: tuple[str, dict[str, str]]) -> str:
    """For the ids of tests."""
    return "-".join((view[0], *view[1].values()))


def open_view(view: tuple[str, dict[str, str]], *models: str, **state: str) -> AppTest:
    """The page in this tab with these models in the sidebar; state: of the session, from the start."""
    page, settings = view
    return open_page(page, state=state, models=list(models), **settings)
