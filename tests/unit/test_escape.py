"""Text of a person's in Markdown."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markdown_it import MarkdownIt

from mhattn_core.findings.markdown import WORD_JOINER, escape, plain

# What Streamlit 1.67 looks for in text after Markdown has been read: addresses (GFM 6.9), its icons, and signs that it
# makes arrows of.
LOOKED_FOR = re.compile(
    r"https?://[-.\w]+|(?<!\w)www\.[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+|:material/\w+:|:streamlit:|(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)",
    re.IGNORECASE,
)


def shown(text: str) -> str:
    """What a reader of CommonMark makes of it: one paragraph of plain text, or this fails."""
    rendered = MarkdownIt("commonmark").render(text).strip()
    assert rendered.startswith("<p>")
    assert rendered.endswith("</p>")
    return rendered.removeprefix("<p>").removesuffix("</p>")


@given(some.text(some.sampled_from("ab1 \\`*_{}[]<>()#+-.!|~$:&=\"'/@;,^%"), min_size=1))
def test_it_is_shown_as_it_is(text: str) -> None:
    text = f"x{text}x"
    assert shown(escape(text)).replace(WORD_JOINER, "") == html.escape(text, quote=False).replace('"', "&quot;")


@pytest.mark.parametrize(
    "text",
    [
        "see http://evil.test now",
        "(HTTPS://evil.test)",
        "www.evil.test/x",
        "a.b@evil.test",
        ":material/home: x",
        ":streamlit:",
    ]
    + [f"a {sign} b" for sign in ("<->", "->", "<-", "--", ">=", "<=", "~=")],
)
def test_nothing_is_made_of_it_afterwards(text: str) -> None:
    assert LOOKED_FOR.search(text)
    assert not LOOKED_FOR.search(html.unescape(shown(escape(text))))


def test_lines_do_not_become_headings_code_or_paragraphs() -> None:
    assert shown(escape("a\n===\n\n    b")) == "a === b"


@given(some.text(some.sampled_from("ab \\`*_[]<>()#.!|~$:&@/w-"), min_size=1))
def test_a_chart_says_it_plainly(text: str) -> None:
    assert plain(f"**{escape(text)}** has *most*.") == f"{text} has most."
