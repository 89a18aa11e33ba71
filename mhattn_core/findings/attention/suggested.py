"""Which head of a model a page opens on, and why."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from mhattn_core.findings.attention.roles import NamedRun, roles_of
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.overview.heads import SPECIALISTS
from mhattn_core.heads import Head
from mhattn_core.locale import _
from mhattn_core.measures.default_head import suggested_heads
from mhattn_core.text.relations import RELATIONS

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult

POSITION_GROUPS = {"position", "distance"}
"""Relations of these are told by where a word stands."""


def suggested_head(
    seen: "AttentionResult", stack: str, *, by_hand: str = "", known: NamedRun | None = None
) -> tuple[Head, str]:
    """The head that says most of this pair's words, and why it is shown, in Markdown.

    Only heads that follow no position and leave half of their attention on words, if there are any: the one named
    ``by_hand`` for this sentence; else the most concentrated that has a role in the run ``known``; else the most
    concentrated of all.
    """
    order, count = suggested_heads(seen.words(stack))
    useful = order[:count]
    if by_hand and Head.parse(by_hand, stack).cell in useful:
        return Head.parse(by_hand, stack), _("chosen for this sentence by hand")
    if not useful:
        return Head(stack, *order[0]), _("every head here follows a position or attends to special tokens")
    if known:
        for verdicts in (SPECIALISTS, ()):
            roles = _with_role(known, seen.model.name, stack, verdicts)
            if cell := next((cell for cell in useful if cell in roles), None):
                return Head(stack, *cell), _(
                    "of the heads with a role in the run “{run}”, the most concentrated here"
                ).format(run=escape(known.name))
    return Head(stack, *useful[0]), _(
        "the most concentrated head (least normalised entropy) that follows no fixed position"
    )


def _with_role(known: NamedRun, model: str, stack: str, verdicts: Collection[str]) -> set[tuple[int, int]]:
    """Heads whose role is not told by position; verdicts: of these only, where there are any."""
    rows = roles_of(known.run, model, stack)
    rows = rows[~rows["relation"].map(lambda name: RELATIONS[name].group).isin(POSITION_GROUPS)]
    if verdicts:
        rows = rows[rows["verdict"].isin(verdicts)]
    return set(zip(rows["layer"].tolist(), rows["head"].tolist(), strict=True))
