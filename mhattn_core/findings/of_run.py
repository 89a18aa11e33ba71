"""Findings that a run alone can give: called by name from a notebook or the command line, and by pages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from inspect import Parameter, getdoc, signature
from typing import Any, Concatenate, Generic, ParamSpec

from mhattn_core.errors import Problem
from mhattn_core.findings.feeding import feeding_title
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, listed
from mhattn_core.models.control_names import is_control
from mhattn_core.runs.run import Run

P = ParamSpec("P")


@dataclass(frozen=True)
class RunFinding(Generic[P]):
    """A finding of a run, to be called with the run and choices; see ``of_run``."""

    make: Callable[Concatenate[Run, P], Finding]
    table: str
    possible: Callable[[Run], bool]

    @property
    def name(self) -> str:
        return self.make.__name__

    @property
    def about(self) -> str:
        """What it shows, in a line of English, for the help of the command line."""
        return (getdoc(self.make) or "").partition("\n")[0]

    @property
    def choices(self) -> dict[str, Parameter]:
        """What can be chosen, by name, with its default."""
        return dict(list(signature(self.make).parameters.items())[1:])

    def given_by(self, run: Run) -> bool:
        """Whether the run can give it with nothing chosen; a table without rows, such as that of the sums of a run that
        measured a study alone, gives nothing.
        """
        return run.has(self.table) and run.rows(self.table) > 0 and self.possible(run)

    def __call__(self, run: Run, /, *args: P.args, **choices: P.kwargs) -> Finding:
        """Raises Problem where the run has not measured what it takes, or has nothing of what is chosen."""
        run.require(self.table)
        finding = self.make(run, *args, **choices)
        reading = " ".join(
            filter(None, (finding.reading, "" if finding.texts else _fewer(finding.pairs, run.manifest.pairs)))
        )
        return replace(
            finding,
            name=self.name,
            reading=reading,
            source=source_of(run),
            code=self._code(run, choices),
            of=self.table,
            fed=feeding_title(run.manifest.feeding),
        )

    def check(self, choices: dict[str, Any]) -> None:
        """Raises Problem for a choice that it does not have."""
        for unknown in choices.keys() - self.choices.keys():
            raise Problem(
                _("“{finding}” has no choice “{name}”.").format(finding=self.name, name=unknown),
                _("It has: {names}.").format(names=listed(self.choices)),
            )

    def _code(self, run: Run, choices: dict[str, Any]) -> str:
        given = {name: value for name, value in choices.items() if value != self.choices[name].default}
        arguments = "".join(f", {name}={value!r}" for name, value in given.items())
        return "\n".join(
            (
                "import mhattn_core as mh",
                "",
                f"run = {opened(run)}",
                f"mh.finding(run, {self.name!r}{arguments}).table",
            )
        )


def _fewer(pairs: int, of_run: int) -> str:
    """Why a finding does not rest on all pairs of its run; empty where it does, or reads none."""
    if pairs == 0 or pairs >= of_run:
        return ""
    return _(
        "This rests on {pairs} of the run's {all} pairs: the others have nothing to measure here, or are beyond the "
        "sample that this is measured on."
    ).format(pairs=f"{pairs:,}", all=f"{of_run:,}")


def of_run(
    table: str, *, possible: Callable[[Run], bool] = lambda _run: True
) -> Callable[[Callable[Concatenate[Run, P], Finding]], RunFinding[P]]:
    """Decorates a function of a run and of choices, which are keywords with defaults, names and numbers only, so that
    they can be written into code and on a command line.

    table: what the run must have measured. possible: what else it must have, such as two models.
    """

    def registered(make: Callable[Concatenate[Run, P], Finding]) -> RunFinding[P]:
        return RunFinding(make, table, possible)

    return registered


def source_of(run: Run) -> str:
    """The run, its data and its models, for files that leave the dashboard. Controls have their model's revision."""
    models = ", ".join(name if is_control(name) else f"{name}@{revision}" for name, revision in run.manifest.models)
    return " · ".join(filter(None, (run.name, f"run {run.id}", models, feeding_title(run.manifest.feeding))))


def opened(run: Run) -> str:
    """Python that opens the run: by its name where it ships, else from wherever its reader has put it."""
    return f"mh.Run.open({run.shipped_as!r})" if run.shipped_as else f"mh.Run.open('runs/mine')  # run {run.id}"
