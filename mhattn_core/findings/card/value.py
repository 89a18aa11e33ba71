"""The card of one head: a column of findings, as a value that notebooks display and files hold."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.findings.card.distances import head_distances
from mhattn_core.findings.card.effects import head_contribution, head_effect
from mhattn_core.findings.card.neighbours import head_counterparts, head_neighbours
from mhattn_core.findings.card.parts import head_parts
from mhattn_core.findings.card.sentences import head_sentences
from mhattn_core.findings.card.words import head_words
from mhattn_core.findings.detectors.card import head_detectors
from mhattn_core.findings.of_run import source_of
from mhattn_core.findings.overview.card import card_lines
from mhattn_core.findings.overview.heads import ROLES, head_overview
from mhattn_core.findings.relations.profile import relation_profile
from mhattn_core.findings.rows import model_of
from mhattn_core.findings.value import Finding
from mhattn_core.heads import Head, ModelHead
from mhattn_core.locale import _, stated
from mhattn_core.runs.run import Run

LINES = 5
"""Relations that a card draws."""
SHARED_DIRECTION = "later_to_earlier"
"""The one direction that causal models and others have in common, so that two heads can be compared."""


@dataclass(frozen=True, eq=False)
class Card:
    """Everything that a run says of one head. lines: in short, as what and value. findings: by name, in the order of
    the card. missing: by the same names why a finding is not there, and how to get it.
    """

    head: ModelHead
    lines: pd.DataFrame
    findings: dict[str, Finding]
    missing: dict[str, Problem]
    source: str

    @property
    def text(self) -> str:
        """For a terminal: the lines, a sentence a finding, and what is missing."""
        said = [self.head.name, *(stated(line.what, line.value) for line in self.lines.itertuples())]
        said += ["", *(f"· {finding.text}" for finding in self.findings.values())]
        said += [f"· {problem.happened} {problem.remedy}" for problem in each_once(self.missing)]
        return "\n".join(said)

    def save(self, path: str | Path) -> Path:
        """Write it as one file that needs no network: .html, .pdf or .json. Raises Problem for another ending."""
        from mhattn_core.findings.card.files import save_card

        return save_card(self, path)

    def _repr_mimebundle_(self, **_wishes: object) -> dict[str, str]:
        """For notebooks: the whole card, drawn here, so that it also shows without a network."""
        from mhattn_core.findings.card.files import body

        return {"text/plain": self.text, "text/html": body(self)}


def head_findings(one: ModelHead, run: Run) -> dict[str, Callable[[], Finding]]:
    """The findings of a card by name, in its order, each to be made when it is asked for."""
    asked = {"model": one.model, "stack": one.stack, "head": one.within.name}
    return {
        "relation_profile": partial(_profile, run, one),
        "head_distances": partial(head_distances, run, **asked),
        "head_words": partial(head_words, run, **asked),
        "head_words_query": partial(head_words, run, **asked, side="query"),
        "head_sentences": partial(head_sentences, run, **asked),
        "head_parts": partial(head_parts, run, **asked),
        "head_detectors": partial(head_detectors, run, **asked),
        "head_effect": partial(head_effect, run, **asked),
        "head_contribution": partial(head_contribution, run, **asked),
        "head_neighbours": partial(head_neighbours, run, **asked),
        "head_counterparts": partial(head_counterparts, run, **asked),
    }


def head_card_of(run: Run, one: ModelHead) -> Card:
    """The card of a head. Raises Problem for a head that the run does not have."""
    if one not in set(ModelHead.of_table(run.attending)):
        raise Problem(
            _("The run has no head {head} of this stack.").format(head=one.name),
            _("Layers and heads count from 0; `overview` lists all."),
        )
    said = {name: made(make) for name, make in head_findings(one, run).items()}
    findings = {name: finding for name, finding in said.items() if isinstance(finding, Finding)}
    missing = {name: problem for name, problem in said.items() if isinstance(problem, Problem)}
    return Card(one, lines_of(run, one), findings, missing, source_of(run))


def made(make: Callable[[], Finding]) -> Finding | Problem:
    """The finding, or why the run cannot say it."""
    try:
        return make()
    except Problem as problem:
        return problem


def card_named(run: Run, model: str, head: str, stack: str = "") -> Card:
    """The card of a head by its name, such as ``L2 H0``; stack: by default the model's first. Raises Problem for a
    model, or a head, that the run does not have.
    """
    own = run.heads[run.heads["model"] == model_of(run, model)]
    return head_card_of(run, ModelHead(model, *Head.parse(head, stack or str(own["stack"].iloc[0]))))


def lines_of(run: Run, one: ModelHead) -> pd.DataFrame:
    """The head in short; no lines of a stack that the overview does not show."""
    rows = head_overview(run, run.models)
    own = rows[[head == one for head in ModelHead.of_table(rows)]]
    return card_lines(own.iloc[0]) if len(own) else pd.DataFrame(columns=["what", "value"])


def each_once(missing: dict[str, Problem]) -> list[Problem]:
    """Each reason once: two findings of a table that was not measured miss the same."""
    return list({problem.happened: problem for problem in missing.values()}.values())


def _profile(run: Run, one: ModelHead) -> Finding:
    run.require("relations")
    asked = run.relations
    directions = asked.loc[(asked["model"] == one.model) & (asked["stack"] == one.stack), "direction"].unique()
    if not len(directions):
        raise Problem(
            _("The run has no relations of {head}.").format(head=one.name), _("Measure its pairs with “relations”.")
        )
    role = asked[
        (asked["model"] == one.model)
        & (asked["stack"] == one.stack)
        & (asked["layer"] == one.layer)
        & (asked["head"] == one.head)
        & (asked["score"] == "hit")
        & asked["verdict"].isin(ROLES)
    ]
    shared = SHARED_DIRECTION if SHARED_DIRECTION in directions else str(directions[0])
    direction = str(role.loc[role["gain"].idxmax(), "direction"]) if len(role) else shared
    return relation_profile(
        run, model=one.model, stack=one.stack, head=one.within.name, direction=direction, most=LINES
    )
