"""Where a claim of the note is said to be decided, its link opens what decides it."""

import pytest
from reading import open_page, texts

from mhattn_core.text.claims import Claim, chapters
from mhattn_core.text.relations import relation_label

ON_ROLES = [claim for chapter in chapters() for claim in chapter.claims if "relation" in claim.settings]


@pytest.mark.parametrize("claim", ON_ROLES, ids=lambda claim: str(claim.id))
def test_the_relation_and_its_direction_are_open_or_why_not_is_said(claim: Claim) -> None:
    models = {"models": list(claim.models)} if claim.models else {}
    app = open_page(claim.page.lower().replace(" ", "_"), **claim.settings, **models)
    name = relation_label(claim.settings["relation"])
    box = next((box for box in app.selectbox if box.label == "Relation"), None)
    if box is None or box.value != claim.settings["relation"]:
        assert f"“{name}” cannot be judged from this run" in texts(app)
    assert next(box for box in app.selectbox if box.label == "Direction").value == claim.settings["direction"]
