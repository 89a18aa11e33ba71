"""One head on every relation, of the run that the page reads."""

from mhattn_core.findings.relations.profile import relation_profile
from mhattn_core.findings.relations.rows import RelationRows
from mhattn_core.heads import ModelHead
from mhattn_core.ui.show import show


def role_profile(rows: RelationRows, relation: str, chosen: ModelHead) -> None:
    """The chosen head's whole profile; the relation that is open is marked in it."""
    finding = relation_profile(
        rows.run,
        model=chosen.model,
        stack=chosen.stack,
        head=chosen.within.name,
        direction=rows.direction,
        relation=relation,
    )
    show(finding, key="role-profile")
