"""Sentences in Markdown that hold people's text, and how they are read without it."""

import re

WORD_JOINER = "\u2060"
MARKDOWN_SIGN = re.compile(r"[\\`*_{}\[\]<>()#+\-.!|~$:&=]")
MARKDOWN_OF_OURS = re.compile(rf"\\(?P<escaped>[!-/:-@\[-`{{-~])|[*`{WORD_JOINER}]")
NEW_LINE = re.compile(r"\s*[\r\n]\s*")
READ_ANYWAY = re.compile(
    r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?<=@)(?=[\w-]+\.)|(?<=:)(?=material/|streamlit:)|(?<=-)(?=[->])|(?<=<)(?=[-=])|(?<=[>~])(?==)",
    re.IGNORECASE,
)


def plain(markdown: str) -> str:
    """A sentence in Markdown as a chart says it to screen readers: without emphasis, and with people's text as it was
    before ``escape``.
    """
    return MARKDOWN_OF_OURS.sub(lambda sign: sign["escaped"] or "", markdown)


def escape(text: str) -> str:
    """Text of a person's so that Markdown shows it as it is, on one line.

    Streamlit looks for addresses, icons and arrows only after backslashes are undone; a sign without width inside keeps
    these from being found.
    """
    apart = READ_ANYWAY.sub(WORD_JOINER, NEW_LINE.sub(" ", text))
    return MARKDOWN_SIGN.sub(r"\\\g<0>", apart)
