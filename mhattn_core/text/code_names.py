"""What the library's own names of choices are called on pages; tables, code and addresses hold the names themselves."""

from collections.abc import Iterable

from mhattn_core.locale import _


def code_names(codes: Iterable[str]) -> dict[str, str]:
    """Name → how it is called in the language of this thread."""
    known = {
        "encoder": _("encoder"),
        "decoder": _("decoder"),
        "cross": _("cross"),
        "zero": _("zero"),
        "mean": _("mean"),
        "uniform": _("uniform"),
        "resample": _("resample"),
        "output": _("output"),
        "query": _("queries"),
        "key": _("keys"),
        "value": _("values"),
        "good_to_bad": _("good → bad"),
        "bad_to_good": _("bad → good"),
        "length": _("length"),
        "share": _("share"),
        "pattern": _("weights"),
        "norm": _("norms"),
        "awi": _("read"),
        "awo": _("predicted"),
        "a_to_b": "A → B",
        "b_to_a": "B → A",
        "first": _("its first choice"),
        "text": _("as in the text"),
    }
    return {code: known.get(code, code) for code in codes}
