"""The best head of every relation on one axis; a click on a line opens its relation and its head."""

from collections.abc import Mapping

from mhattn_core.findings.relations.best import best_heads
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.heads import head_name
from mhattn_core.ui.choices import put
from mhattn_core.ui.show import show

RELATION, HEAD = "relation", "role"
"""Parameters of the address."""


def best_view(rows: RelationRows, relation: str) -> None:
    """The lines of the run that the page reads."""
    finding = best_heads(
        rows.run,
        models=[model for model, _stack in rows.models],
        stacks=[stack for _model, stack in rows.models],
        direction=rows.direction,
        family=rows.family,
        relation=relation,
    )
    show(finding, key="best-heads", on_pick=_open, chosen=relation)


def _open(mark: Mapping[str, str | int]) -> None:
    put(RELATION, str(mark["relation"]))
    put(HEAD, head_name(int(mark["layer"]), int(mark["head"]), model=str(mark["model"])))
