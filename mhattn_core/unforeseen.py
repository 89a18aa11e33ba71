"""What nobody foresaw, made a Problem: one model's panel says it, and the others go on."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted
from mhattn_core.locale import _

_log = logging.getLogger(__name__)
LONGEST_REASON = 300


@contextmanager
def foreseen(model: str = "") -> Iterator[None]:
    """Let nothing but a Problem out of the block. Any other exception goes into the server's log; model: about which it
    is said.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        report(error, f"unforeseen with {model or 'this page'}")
        happened = (
            _("Something that we did not foresee happened with {name}: {reason}")
            if model
            else _("Something that we did not foresee happened here: {reason}")
        )
        raise Problem(
            happened.format(name=model, reason=reason_of(error)),
            _("Try another model, head or sentence; the server's log has the whole report, for whoever mends it."),
        ) from error


def report(error: Exception, happened: str) -> None:
    """Into the server's log, whole; on a copy for everybody without what the exception says, which may be a stranger's
    sentence.
    """
    if hosted():
        lines = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s: %s\n%s", happened, type(error).__name__, lines)
    else:
        _log.error("%s", happened, exc_info=error)


def reason_of(error: Exception) -> str:
    """Its kind and its first line; on a copy for everybody its kind alone, since such lines name folders, addresses and
    what a stranger typed.
    """
    kind, line = type(error).__name__, str(error).strip().split("\n")[0][:LONGEST_REASON]
    return kind if hosted() or not line else f"{kind}: {line}"
