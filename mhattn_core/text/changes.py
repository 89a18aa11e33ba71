"""Which words of a text are no longer there, and which are new."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from mhattn_core.text.words import Sentence, cut


@dataclass(frozen=True)
class TextSpan:
    """A stretch of a text; ``kept`` where the other text has it too, in the same order."""

    text: str
    kept: bool


def changes(before: str, after: str) -> tuple[tuple[TextSpan, ...], tuple[TextSpan, ...]]:
    """Both texts in parts, word by word as ``cut`` cuts them; the parts of each join to the text as it is read.

    Which words are kept is told by difflib's longest matching blocks.
    """
    first, second = cut(before), cut(after)
    lost, new = ([word.text for word in sentence.words] for sentence in (first, second))
    blocks = SequenceMatcher(None, lost, new, autojunk=False).get_matching_blocks()
    kept = [{place for block in blocks for place in range(block[side], block[side] + block.size)} for side in (0, 1)]
    return _parts(first, kept[0]), _parts(second, kept[1])


def _parts(sentence: Sentence, kept: set[int]) -> tuple[TextSpan, ...]:
    """Neighbours of one kind are one part; the space before a part that is new or lost belongs to the kept one before
    it.
    """
    parts: list[TextSpan] = []
    done = 0
    for place, word in enumerate(sentence.words):
        same, gap = place in kept, sentence.text[done : word.start]
        if gap and not same and (not parts or parts[-1].kept):
            parts, gap = [*parts[:-1], TextSpan((parts[-1].text if parts else "") + gap, True)], ""
        if parts and parts[-1].kept == same:
            parts[-1] = TextSpan(parts[-1].text + gap + word.text, same)
        else:
            parts.append(TextSpan(gap + word.text, same))
        done = word.end
    rest = sentence.text[done:]
    return (*parts, TextSpan(rest, True)) if rest else tuple(parts)
