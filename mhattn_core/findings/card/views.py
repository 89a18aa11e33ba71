"""The tabs under which the findings of a card stand on its page."""

from mhattn_core.locale import _

VIEWS = {
    "relations": ("relation_profile", "head_parts", "head_detectors"),
    "words": ("head_distances", "head_words"),
    "sentences": ("head_sentences",),
    "effect": ("head_effect", "head_contribution"),
    "similar": ("head_neighbours", "head_counterparts"),
    "live": (),
}
"""By tab the findings that it shows, by their names on the card; only those of the open tab are made."""


def titles() -> dict[str, str]:
    """What the tabs are called."""
    return {
        "relations": _("Relations"),
        "words": _("Distances and words"),
        "sentences": _("Sentences"),
        "effect": _("Effect"),
        "similar": _("Similar heads"),
        "live": _("On the sentence in the sidebar"),
    }
