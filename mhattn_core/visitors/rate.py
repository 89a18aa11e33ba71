"""How much one person may ask for in a while, where many people share a copy."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from threading import Lock

from mhattn_core.errors import Problem
from mhattn_core.locale import _


class Rate:
    """At most ``most`` results that have to be computed in any ``seconds``, for each owner."""

    def __init__(self, most: float, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = Lock()

    def take(self, owner: str) -> None:
        """Count one more. Raises Problem, and counts nothing, when it would be one too many."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            taken = self._taken[owner]
            if len(taken) >= self._most:
                raise Problem(
                    _(
                        "You have asked for more than {most} new results in {seconds} seconds; this copy is shared."
                    ).format(most=self._most, seconds=self._seconds),
                    _("Try again in {seconds} s, or run your own copy.").format(
                        seconds=math.ceil(taken[0] + self._seconds - now)
                    ),
                )
            taken.append(now)

    def _forget(self, now: float) -> None:
        for owner, taken in [*self._taken.items()]:
            while taken and now - taken[0] >= self._seconds:
                taken.popleft()
            if not taken:
                del self._taken[owner]
