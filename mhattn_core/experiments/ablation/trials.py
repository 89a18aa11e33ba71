"""Texts of one model, ready to be measured with any heads off."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from torch import Tensor

from mhattn_core.attention.ablated_batches import Variants, mean_outputs, other_outputs, row_means
from mhattn_core.attention.ablation import OF_EDGES, Ablation, Kind, Outputs, Replacements
from mhattn_core.attention.edges import Edges, Removed, edge_cells
from mhattn_core.attention.gates import importance
from mhattn_core.attention.objectives import asked_of, class_numbers, tasks
from mhattn_core.attention.replacements import outputs_elsewhere
from mhattn_core.heads import Head
from mhattn_core.measures.ablation.changes import (
    accuracy,
    displacement,
    divergence,
    label_loss,
    logit_difference,
    retrieval,
)
from mhattn_core.measures.ablation.quantities import OFF_BY, Quantity, harm
from mhattn_core.models.model import Model
from mhattn_core.text.pair import SentencePair

Totals = dict[Quantity, np.ndarray]
Passes = Callable[[int, int], object]
"""Is told how many sentences more were put through the network, and how many a table takes in all."""
PRIMARY: Kind = OFF_BY
"""How heads are switched off where a table holds one way."""

OF_LABELS: Mapping[Quantity, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "label_loss": label_loss,
    "logit_difference": logit_difference,
    "accuracy": accuracy,
}
"""What a classifier's classes say of the labels, from ln p and the labels' numbers."""
BATCH = 256
"""Tokens of a batch; several copies of it go through a network at once."""


VARIANTS = 16
"""Sets of heads that are measured elsewhere at a time; each time the texts are read anew."""


@dataclass(frozen=True, eq=False)
class TrialsPart:
    """Some sets of heads that are off, and all that it takes to measure them with a model, anywhere."""

    pairs: Sequence[SentencePair]
    means: Outputs | None
    scored_from: Sequence[int]
    labels: Sequence[str]
    variants: Sequence[Ablation]

    def __len__(self) -> int:
        """Texts that go through the network."""
        return len(self.pairs) * len(self.variants)


Spread = Callable[[Callable[[Model, Any, Callable[[int], None]], Any], Sequence[Any]], Iterable[Any]]
"""Who carries out a function of a model, of each of some parts and of whom to tell, in their order."""


def totals_of(model: Model, part: TrialsPart, tell: Callable[[int], None]) -> Totals:
    """``Trials.totals`` of a part."""
    trials = Trials(model, part.pairs, means=part.means, scored_from=part.scored_from, labels=part.labels)
    return trials.totals(part.variants, passes=lambda more, _of: tell(more))


def unheard(_sentences: int, _of: int) -> None:
    """Passes that nobody watches."""


class Trials:
    """A model and texts. means: what stands in for a head that is off by ``mean``; by default its mean in each text.

    scored_from: see ``tasks``. labels: of each pair, what a classifier should say, by its name or number; empty where
    it is not known. ``counts`` ``[text]`` of each quantity: words asked for, or one; 0 for a text that the model cannot
    take. A model that makes vectors reads first sentences alone (``fed``); second ones are what it looks for. spread:
    who measures many variants in the place of this process.
    """

    def __init__(
        self,
        model: Model,
        pairs: Sequence[SentencePair],
        *,
        means: Outputs | None = None,
        scored_from: Sequence[int] = (),
        labels: Sequence[str] = (),
        spread: Spread | None = None,
    ) -> None:
        self.model = model
        self.pairs = pairs
        self._means, self._scored_from, self._texts_labels, self._spread = means, scored_from, labels, spread
        self._variants = Variants(model)
        self._is_vector = asked_of(model) == "vector"
        self.fed = [_first(pair) for pair in pairs] if self._is_vector else list(pairs)
        self.tasks, self.problems = tasks(model, self.fed, scored_from=scored_from, tokens=BATCH)
        main = np.zeros(len(pairs))
        for task in self.tasks:
            main[[row.number for row in task.rows]] = task.counts
        self.counts: Totals = {
            "displacement" if self._is_vector else "divergence" if asked_of(model) == "class" else "loss": main
        }
        if self._is_vector and any(pair.b for pair in pairs) and len(self._targets) > 1:
            self.counts["retrieval"] = main * (self._own >= 0)
        self._labels = class_numbers(model, labels or [""] * len(pairs))
        if self.main == "divergence" and (self._labels >= 0).any():
            self.counts |= dict.fromkeys(OF_LABELS, main * (self._labels >= 0))

    @property
    def main(self) -> Quantity:
        return next(iter(self.counts))

    @cached_property
    def corpus_means(self) -> Outputs:
        """Each head's mean output over all real positions of these texts."""
        return mean_outputs(self.model, self.tasks)

    @cached_property
    def intact(self) -> Totals:
        """Totals ``[sentence]`` with all heads."""
        return {quantity: totals[0] for quantity, totals in self.totals([{}]).items()}

    @cached_property
    def importance(self) -> dict[Head, np.ndarray]:
        """Gradient importance of each head, ``[sentence]``."""
        found = importance(self.model, self.tasks, len(self.pairs))
        return {head: found[head.stack][:, head.layer, head.head] for head in self.model.attention.all_heads()}

    def totals(
        self, variants: Sequence[Ablation], *, removed: Sequence[Removed] = (), passes: Passes = unheard
    ) -> Totals:
        """Totals of each quantity, float64 ``[variant, text]``: divided by ``counts``, the value.

        removed: of each variant what ``knockout`` and ``zero_weight`` take out of its heads; these are measured in this
        process.
        """
        if self._spread and not removed and len(variants) > VARIANTS:
            parts = [
                TrialsPart(
                    self.pairs, self._means, self._scored_from, self._texts_labels, variants[start : start + VARIANTS]
                )
                for start in range(0, len(variants), VARIANTS)
            ]
            of_parts = list(self._spread(totals_of, parts))
            return {quantity: np.concatenate([part[quantity] for part in of_parts]) for quantity in self.counts}
        sentences = len(variants) * sum(len(task.rows) for task in self.tasks)
        found: Totals = {quantity: np.zeros((len(variants), len(self.pairs))) for quantity in self.counts}
        for number, task in enumerate(self.tasks):
            rows = len(task.rows)
            places = [row.number for row in task.rows]
            replacements = self._replacements(number, variants)
            of_variants = (
                [self._of_edges(number, replacements, *both) for both in zip(variants, removed, strict=True)]
                if removed
                else replacements
            )
            outcomes = (
                self._variants(task, variants, of_variants, partial(_tell, passes, rows, sentences)).double().numpy()
            )
            for quantity in found:
                found[quantity][:, places] = self._measured(quantity, outcomes, number, places)
        return found

    def harms(self, totals: Totals) -> Totals:
        """How much more each text costs than with all heads, float64 ``[variant, text]``: above 0 is worse in each
        quantity.
        """
        return {quantity: harm(quantity, found, self.intact[quantity]) for quantity, found in totals.items()}

    def _replacements(self, number: int, variants: Sequence[Ablation]) -> Replacements:
        kinds = {kind for variant in variants for kind in variant.values()}
        means = self._means
        if means is None:
            means = row_means(self.model, self.tasks[number]) if "mean" in kinds else {}
        return Replacements(means, self._others(number) if "resample" in kinds else {})

    def _others(self, number: int) -> Outputs:
        """What heads give for another of these texts; of one alone, for one of this project's."""
        rows = [row.number for task in self.tasks for row in task.rows]
        if len(rows) > 1:
            return other_outputs(self.model, self.tasks, number)
        return outputs_elsewhere(self.model, self.fed[rows[0]])

    def _of_edges(self, number: int, others: Replacements, variant: Ablation, removed: Removed) -> Replacements:
        stacks = {stack for (stack, _layer, _head), kind in variant.items() if kind in OF_EDGES}

        def cells(edges: Edges | None) -> Mapping[str, Tensor]:
            return {} if edges is None else {stack: edge_cells(self.tasks[number], stack, edges) for stack in stacks}

        return replace(others, edges=cells(removed.edges), bounds=cells(removed.bounds))

    def _measured(self, quantity: Quantity, outcomes: np.ndarray, number: int, places: list[int]) -> np.ndarray:
        if quantity == "loss":
            return outcomes[..., 0]
        if quantity in OF_LABELS:
            return OF_LABELS[quantity](outcomes, self._labels[places])
        if quantity == "retrieval":
            return retrieval(outcomes, self._bank, self._own[places])
        return (displacement if quantity == "displacement" else divergence)(outcomes, self._intact_outcomes[number])

    @cached_property
    def _intact_outcomes(self) -> list[np.ndarray]:
        return [self._variants(task, [{}])[0].double().numpy() for task in self.tasks]

    @cached_property
    def _second(self) -> "Trials":
        """All different second sentences, read alone."""
        return Trials(
            self.model, [SentencePair(text) for text in dict.fromkeys(pair.b.text for pair in self.pairs if pair.b)]
        )

    @cached_property
    def _targets(self) -> list[str]:
        """Those that the model can take."""
        return [pair.source for number, pair in enumerate(self._second.pairs) if number not in self._second.problems]

    @cached_property
    def _own(self) -> np.ndarray:
        place = {text: number for number, text in enumerate(self._targets)}
        return np.array([place.get(pair.b.text, -1) if pair.b else -1 for pair in self.pairs])

    @cached_property
    def _bank(self) -> np.ndarray:
        """Their intact vectors ``[target, dimension]``."""
        vector = {
            row.number: row_of
            for task, found in zip(self._second.tasks, self._second._intact_outcomes, strict=True)
            for row, row_of in zip(task.rows, found, strict=True)
        }
        return np.stack([vector[number] for number in sorted(vector)])


def _tell(passes: Passes, rows: int, sentences: int, copies: int) -> None:
    passes(copies * rows, sentences)


def _first(pair: SentencePair) -> SentencePair:
    return SentencePair(pair.source, source_words=pair.source_words, source_language=pair.source_language)
