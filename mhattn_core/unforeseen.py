"""What nobody foresaw, made a Problem: one model's panel says it, and the others go on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mhattn_core.errors import Problem
from mhattn_core.locale import _

_log = logging.getLogger(__name__)
LONGEST_REASON = 300


@contextmanager
def foreseen(model: str = "") -> Iterator[None]:
    """Let nothing but a Problem out of the block. Any other exception goes into the server's log, whole; model: about
    which it is said.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as error:
        _log.exception("unforeseen with %s", model or "this page")
        reason = (str(error).strip().split("\n")[0])[:LONGEST_REASON]
        kind = type(error).__name__
        happened = (
            _("Something that we did not foresee happened with {name}: {reason}")
            if model
            else _("Something that we did not foresee happened here: {reason}")
        )
        raise Problem(
            happened.format(name=model, reason=f"{kind}: {reason}" if reason else kind),
            _("Try another model, head or sentence; the server's log has the whole report, for whoever mends it."),
        ) from error
