"""What is said about heads: a sentence, the numbers it rests on, the chart that shows them, and how to get them
again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path

import altair as alt
import pandas as pd

from mhattn_core.charts.save import chart_bytes, save
from mhattn_core.digits import with_minus
from mhattn_core.findings.counts import evidence_of
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.short import ShortNames
from mhattn_core.locale import close_up

MODEL_COLUMNS = ("model", "model_a", "model_b", "partner_model")


@dataclass(frozen=True)
class Axis:
    """What the numbers along a chart's axis are, and how far they reach."""

    of: str
    low: float
    high: float

    @property
    def ends(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, eq=False)
class Finding:
    """A value: a page shows it (``ui.show``), a notebook displays it, the command line prints and draws it.

    name: what files are called, such as ``relation_profile``. sentence: what the numbers say, in Markdown, with
    people's text escaped. table: a row a mark. draw: the chart of the table; what only a screen has (a chosen head, the
    number of clicks) it takes as keywords, and needs none. reading: how to read the chart and how far to believe it, in
    Markdown. pairs: of sentences that it rests on; one is an example. source: models with their revisions, and the run.
    code: Python that gives the table again. of: the run's table whose columns these are, for their titles; empty for
    none. draw_narrow: the same where the screen is narrow, if the wide chart cannot be read there. axis: of charts that
    can be drawn on the axis of another one, whose ends they take as ``ends``. texts: what it rests on where that is no
    pairs of the reader's, in words, such as random tokens; then ``pairs`` is their number. fed: how the pairs were fed,
    where not as pairs.
    """

    name: str
    sentence: str
    table: pd.DataFrame
    draw: Callable[..., alt.TopLevelMixin]
    reading: str
    pairs: int
    source: str = ""
    code: str = ""
    of: str = ""
    draw_narrow: Callable[..., alt.TopLevelMixin] | None = None
    axis: Axis | None = None
    texts: str = ""
    fed: str = ""

    def __post_init__(self) -> None:
        for name in ("sentence", "reading"):
            object.__setattr__(self, name, close_up(with_minus(getattr(self, name))))

    @cached_property
    def chart(self) -> alt.TopLevelMixin:
        """The chart as a value, without anything chosen in it."""
        return self.draw()

    @property
    def evidence(self) -> str:
        """How much it rests on."""
        return self.texts or " · ".join(filter(None, (evidence_of(self.pairs), self.fed)))

    @property
    def text(self) -> str:
        """The sentence and how much it rests on, without Markdown: for a terminal, and for screen readers."""
        return f"{plain(self.short().sentence)} ({self.evidence})"

    @property
    def models(self) -> list[str]:
        """The models that the table names."""
        columns = [name for name in MODEL_COLUMNS if name in self.table]
        return list(dict.fromkeys(str(name) for column in columns for name in self.table[column].dropna().unique()))

    def short(self, names: ShortNames | None = None) -> "Finding":
        """The same as people see it, under short names of models; the table, the source and the code keep the full
        ones. names: by default of the models that the table names.
        """
        names = ShortNames.among(self.models) if names is None else names
        if not names:
            return self
        return replace(
            self,
            sentence=names.markdown(self.sentence),
            reading=names.markdown(self.reading),
            draw=names.drawing(self.draw),
            draw_narrow=self.draw_narrow and names.drawing(self.draw_narrow),
        )

    def save(self, path: str | Path, *, preset: str = "screen") -> Path:
        """Write its chart, or for .csv .parquet .tex its table; as ``charts.save``, with where it comes from."""
        is_table = Path(path).suffix.lower() in (".csv", ".parquet", ".tex")
        return save(self.table if is_table else self.figure(preset), path, preset=preset, note=self.source)

    def figure(self, preset: str = "screen") -> alt.TopLevelMixin:
        """The chart for a preset of ``charts.save``: in a column the narrow one, where there is one."""
        short = self.short()
        return short.draw_narrow() if preset == "column" and short.draw_narrow else short.chart

    def _repr_mimebundle_(self, **_wishes: object) -> dict[str, str]:
        """For notebooks: sentence, picture and how to read it, drawn here, so that it also shows without a network."""
        short = self.short()
        picture = chart_bytes(short.chart, "svg", note=self.source).decode()
        parts = (plain(short.sentence), f"{plain(short.reading)} · {self.evidence}")
        first, last = (f"<p>{escape(part)}</p>" for part in parts)
        return {"text/plain": self.text, "text/html": f"{first}{picture}{last}"}


def on_one_axis(findings: Sequence[Finding]) -> dict[str, Axis]:
    """By what they mean, the axes of these findings, each as long as the longest."""
    together: dict[str, Axis] = {}
    for axis in (one.axis for one in findings if one.axis):
        known = together.get(axis.of, axis)
        together[axis.of] = Axis(axis.of, min(known.low, axis.low), max(known.high, axis.high))
    return together
