"""A text before and after, with the words that changed marked."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from mhattn_core.heads import Head
from mhattn_core.locale import _, listed
from mhattn_core.text.changes import TextSpan, changes

if TYPE_CHECKING:
    from mhattn_core.attention.second_sentence import Generated

NAMED = 4
# Struck through and underlined, so that colour is not the only sign; both can be read on light and dark.
STYLE = """<style>
.mh-before-after { display: grid; gap: .25rem .8rem; grid-template-columns: max-content 1fr; align-items: baseline; }
.mh-before-after dt { opacity: .75; font-size: .9rem; }
.mh-before-after dd { margin: 0 0 .5rem 0; font-size: 1.25rem; line-height: 1.7; overflow-wrap: anywhere; white-space: pre-wrap; }
.mh-before-after del { text-decoration: line-through 2px; background: rgba(209,73,91,.22); border-radius: 4px; padding: 0 2px; }
.mh-before-after ins { text-decoration: underline 2px; font-weight: 600; background: rgba(0,158,115,.22); border-radius: 4px; padding: 0 2px; }
@media (max-width: 600px) { .mh-before-after { grid-template-columns: 1fr; } }
</style>"""


def without(off: Sequence[Head]) -> str:
    """The heads that are off, in a label: a few by name, many by number."""
    if not off:
        return _("All heads on")
    if len(off) > NAMED:
        return _("{heads} heads off").format(heads=len(off))
    return _("Without {heads}").format(heads=listed(head.full_name for head in off))


def written_before_and_after(intact: "Generated", ablated: "Generated", off: Sequence[Head]) -> str:
    """HTML of what a model writes with all its heads and without these; dots where it had not come to an end."""
    both = intact, ablated
    first, second = ("" if one.complete else " …" for one in both)
    return before_and_after(*(one.text for one in both), labels=(without(()), without(off)), ends=(first, second))


def before_and_after(before: str, after: str, *, labels: tuple[str, str], ends: tuple[str, str] = ("", "")) -> str:
    """HTML of both texts, one under the other. labels: what stands before each; ends: what follows each, such as dots
    where it was cut off.
    """
    first, second = changes(before, after)
    rows = (
        f"<dt>{escape(label)}</dt><dd>{_html(parts, tag)}{escape(end)}</dd>"
        for label, parts, tag, end in zip(labels, (first, second), ("del", "ins"), ends, strict=True)
    )
    return f'{STYLE}<dl class="mh-before-after">{"".join(rows)}</dl>'


def _html(parts: Sequence[TextSpan], tag: str) -> str:
    return "".join(escape(part.text) if part.kept else f"<{tag}>{escape(part.text)}</{tag}>" for part in parts)
