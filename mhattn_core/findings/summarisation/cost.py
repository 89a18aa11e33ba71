"""What it takes to run a model on a document, told and refused before it is begun."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mhattn_core.attention.pieces import encode
from mhattn_core.attention.segments import LONGEST_WINDOW, windows, writing_stack
from mhattn_core.errors import Problem
from mhattn_core.findings.markdown import escape
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.hosted import hosted
from mhattn_core.locale import _
from mhattn_core.models.catalogue import CatalogueEntry
from mhattn_core.text.words import cut

if TYPE_CHECKING:
    from mhattn_core.models.model import Model

MOST_TOKENS = 60_000
MOST_TOKENS_HOSTED = 15_000
MOST_CELLS = 40_000_000
LONG_SUMMARY = 60


@dataclass(frozen=True)
class Plan:
    """What a run takes: windows, tokens in all, and numbers kept (heads × words × segments)."""

    windows: int
    tokens: int
    cells: int


def plan(model: "Model", given: DocumentInput) -> Plan:
    """Raises Problem where the summary leaves no room, and for an encoder."""
    summary = given.summary or cut("word " * LONG_SUMMARY)
    made = windows(model, given.document, summary, longest=min(LONGEST_WINDOW, model.longest))
    own = len(encode(model, summary.text, special=False).pieces)
    tokens = sum(len(encode(model, segment, special=False).pieces) for segment in given.document.segments) + own * len(
        made
    )
    stack = writing_stack(model) or model.stacks[0]
    heads = model.attention.layers(stack) * model.attention.heads(stack)
    return Plan(len(made), tokens, heads * len(summary.words) * len(given.document.segments))


def refuse(planned: Plan, given: DocumentInput) -> None:
    """Raises Problem for what would take too long, or too much memory."""
    most = MOST_TOKENS_HOSTED if hosted() else MOST_TOKENS
    if planned.tokens > most:
        raise Problem(
            _("This would be {tokens} tokens in {windows} windows; this page reads up to {most} at once.").format(
                tokens=f"{planned.tokens:,}", windows=planned.windows, most=f"{most:,}"
            ),
            _(
                "Give one chapter of it, or measure chapters as documents of a run: under Data, or with the command "
                "analyze and the measure segments."
            ),
        )
    if planned.cells > MOST_CELLS:
        raise Problem(
            _(
                "{segments} segments times {words} words of the summary times all heads are more numbers than this "
                "page keeps."
            ).format(segments=f"{len(given.document.segments):,}", words=len(given.summary.words)),
            _("Cut it into paragraphs, set fewer marks, or shorten the summary."),
        )


def what_a_run_does(given: DocumentInput, entry: CatalogueEntry | None, *, here: bool) -> str:
    """On its button, with ``{name}`` for the model. entry: of the model that has to be downloaded, where it has one."""
    if here:
        return _("Run {name} live") if given.summary else _("Let {name} write the summary, and show what it takes")
    if entry is None:
        return _("Download {name} and run it live")
    said = _("Fetch {name} ({size} MB), then run it live")
    if not entry.gguf:
        said = _("Download {name} ({size} MB) and run it live")
    return said.replace("{size}", f"{entry.size_mb:,}")


def cost_of(planned: Plan, name: str) -> str:
    """What a run takes, in Markdown."""
    said = _(
        "{name} will read **{tokens} tokens in {windows} windows** of at most {most}; each window holds the whole "
        "summary."
    )
    if planned.windows == 1:
        said = _("{name} will read **{tokens} tokens** in one pass.")
    return said.format(
        name=escape(name), tokens=f"{planned.tokens:,}", windows=planned.windows, most=f"{LONGEST_WINDOW:,}"
    )
