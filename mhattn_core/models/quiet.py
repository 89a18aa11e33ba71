"""Transformers without its reports."""

from collections.abc import Iterator
from contextlib import contextmanager

from transformers import logging as transformers_logging


@contextmanager
def quiet() -> Iterator[None]:
    """Without the report on missing weights, or on a text longer than a model reads: which class fits, and where a text is
    cut, is for us to find out, not news for the reader.
    """
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        transformers_logging.enable_progress_bar()


def first_line(error: Exception) -> str:
    """What a library's exception says, without the paragraphs that follow."""
    return str(error).strip().split("\n")[0] or type(error).__name__
