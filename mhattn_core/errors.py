"""What a person is told when something cannot be done."""

from mhattn_core.hosted import without_folders


class Problem(Exception):
    """An expected failure in three parts: what happened, what still stands, what to do.

    ``stands`` may be left empty: the dashboard then names the models that are loaded. A copy for everybody names no
    folders of its machine.
    """

    def __init__(self, happened: str, remedy: str, stands: str = "") -> None:
        happened, remedy, stands = map(without_folders, (happened, remedy, stands))
        super().__init__(" ".join(part for part in (happened, stands, remedy) if part))
        self.happened = happened
        self.stands = stands
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["Problem"], tuple[str, str, str]]:
        """It comes whole from one process to another."""
        return type(self), (self.happened, self.remedy, self.stands)


class NotAvailable(Problem):
    """Nothing failed: this model, or this text, does not have what is asked for. The dashboard says it as a notice."""


class ShapeError(ValueError):
    """Two arrays whose shapes do not belong together."""
