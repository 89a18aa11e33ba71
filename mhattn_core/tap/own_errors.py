"""Telling errors of ours from a network's: what watches a forward runs inside it."""

from types import TracebackType


class OwnErrors:
    """Entered wherever our own code runs inside a network's forward; ``raised`` is what it raised there, if
    anything.
    """

    def __init__(self) -> None:
        self.raised: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.raised = self.raised or error
