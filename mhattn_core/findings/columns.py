"""What columns of tables are called on a page; files keep the names of the columns."""

from mhattn_core.locale import _


def column_label(name: str) -> str:
    """In the reader's language; of a column of one of two models or heads, with its letter."""
    labels = _labels()
    stem, _underscore, side = name.rpartition("_")
    if side in ("a", "b") and stem in labels:
        return f"{labels[stem]} {side.upper()}"
    return labels.get(name, name.replace("_", " "))


def _labels() -> dict[str, str]:
    return {
        "model": _("model"),
        "stack": _("stack"),
        "layer": _("layer"),
        "head": _("head"),
        "name": _("head"),
        "measure": _("measure"),
        "value": _("value"),
        "group": _("group"),
        "type": _("type"),
        "relation": _("relation"),
        "direction": _("direction"),
        "verdict": _("verdict"),
        "family": _("family"),
        "quantity": _("quantity"),
        "kind": _("kind"),
        "region": _("region"),
        "query_region": _("from region"),
        "key_region": _("to region"),
        "perturbation": _("perturbation"),
        "before": _("before"),
        "after": _("after"),
        "difference": _("difference"),
        "share": _("share"),
        "lift": _("lift"),
        "even": _("all tokens attended alike"),
        "query": _("query"),
        "key": _("key"),
        "query_position": _("query position"),
        "key_position": _("key position"),
        "query_side": _("sentence of the query"),
        "key_side": _("sentence of the key"),
        "query_unknown": _("query unknown to the model"),
        "key_unknown": _("key unknown to the model"),
        "query_word": _("query word"),
        "key_word": _("key word"),
        "weight": _("weight"),
        "word": _("word"),
        "word_class": _("word class"),
        "upos": _("word class (UPOS)"),
        "partner": _("counterpart"),
        "partner_model": _("model of the counterpart"),
        "similar": _("most similar head"),
        "redundant": _("has a redundant partner"),
        "says": _("in words"),
        "reason": _("reason"),
        "heads": _("heads"),
        "hits": _("hits"),
        "sentence": _("sentence"),
        "measures": _("measures in common"),
        "score": _("score"),
        "exponential": _("exp(score − largest)"),
        "visible": _("visible"),
        "on_noise": _("on noise too"),
        "shared": _("share keys and values"),
    }
