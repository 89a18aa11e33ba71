"""A model and contrasts, ready to be run with parts of heads moved from one opening to the other, or with heads off."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float

from mhattn_core.attention.ablated_batches import Variants, head_calls, row_means
from mhattn_core.attention.ablation import Ablation, Outputs, Replacements
from mhattn_core.attention.attribution import attributions
from mhattn_core.attention.contrast_batches import Positions, Sides, cells_at, differences, sides_of, weights_of
from mhattn_core.attention.patches import PatchKind
from mhattn_core.experiments.ablation.trials import BATCH
from mhattn_core.heads import Head
from mhattn_core.models.model import Model
from mhattn_core.text.contrasts import Contrast

Direction = Literal["good_to_bad", "bad_to_good"]
"""From the run of the good opening into that of the bad one (denoising), or the other way round (noising)."""
DIRECTIONS: tuple[Direction, ...] = ("good_to_bad", "bad_to_good")


class ContrastRuns:
    """means: what stands for a head that is off by its mean; by default its mean in each row. An answer is ln p of the
    good word less ln p of the bad one, in nats; NaN for a contrast that cannot be asked (``left_out``).
    """

    def __init__(
        self,
        model: Model,
        contrasts: Sequence[Contrast],
        *,
        means: Outputs | None = None,
        tell: Callable[[int], object] = lambda _texts: None,
    ) -> None:
        self.model, self.contrasts = model, contrasts
        self._means, self._tell = means, tell
        self._variants = Variants(model)
        self._sides, self.left_out = sides_of(model, contrasts, tokens=BATCH)

    @cached_property
    def clean(self) -> Float[np.ndarray, " contrast"]:
        """The answer after each good opening."""
        return self._answers([{}], "bad_to_good", lambda _sides: Replacements())[0]

    @cached_property
    def corrupt(self) -> Float[np.ndarray, " contrast"]:
        """The same after each bad one."""
        return self._answers([{}], "good_to_bad", lambda _sides: Replacements())[0]

    @property
    def told_apart(self) -> np.ndarray:
        """bool ``[contrast]``: whether the model finds the good word likelier after the good opening than after the bad
        one.
        """
        return np.nan_to_num(self.clean - self.corrupt) > 0

    def patched(
        self, variants: Sequence[Ablation], direction: Direction, at: Positions = "all"
    ) -> Float[np.ndarray, "variant contrast"]:
        """Answers of one run into which these parts of the other are moved."""

        def of_other(sides: Sides) -> Replacements:
            source = sides.clean if direction == "good_to_bad" else sides.corrupt
            return Replacements(calls=head_calls(self.model, source.task), at=cells_at(sides, at))

        return self._answers(variants, direction, of_other)

    def off(self, variants: Sequence[Ablation]) -> Float[np.ndarray, "variant contrast"]:
        """Answers after the good openings with heads off by their mean."""
        return self._answers(variants, "bad_to_good", lambda sides: Replacements(self._mean(sides)))

    def knocked_out(self, variants: Sequence[Ablation]) -> Float[np.ndarray, "variant contrast"]:
        """Answers after the good openings without the weights from the position that answers to the changed tokens."""

        def edges(sides: Sides) -> Replacements:
            queries, keys = cells_at(sides, "answer"), cells_at(sides, "changed")
            return Replacements(
                edges={stack: queries[stack][0][:, :, None] & keys[stack][1][:, None] for stack in queries}
            )

        return self._answers(variants, "bad_to_good", edges)

    def attributed(self, kinds: Sequence[PatchKind], direction: Direction) -> dict[PatchKind, dict[Head, float]]:
        """To first order, how far each head's part moves the sum of the answers of the contrasts that the model tells
        apart: see ``attributions``.
        """
        totals: dict[PatchKind, dict[Head, float]] = {kind: {} for kind in kinds}
        for sides in self._sides:
            base, source = (sides.corrupt, sides.clean) if direction == "good_to_bad" else (sides.clean, sides.corrupt)
            moved = Replacements(calls=head_calls(self.model, source.task), at=cells_at(sides, "all"))
            weights = weights_of(base, self.contrasts, self.told_apart)
            for kind, of_kind in attributions(self.model, base.task, weights, kinds, moved).items():
                for head, value in of_kind.items():
                    totals[kind][head] = totals[kind].get(head, 0.0) + value
        return totals

    def _mean(self, sides: Sides) -> Outputs:
        return row_means(self.model, sides.clean.task) if self._means is None else self._means

    def _answers(
        self, variants: Sequence[Ablation], direction: Direction, given: Callable[[Sides], Replacements]
    ) -> Float[np.ndarray, "variant contrast"]:
        """direction: into which run something is put."""
        answers = np.full((len(variants), len(self.contrasts)), np.nan)
        for sides in self._sides:
            base = sides.corrupt if direction == "good_to_bad" else sides.clean
            outcomes = self._variants(base.task, variants, given(sides)).double().numpy()
            answers[:, base.numbers] = differences(outcomes, base, self.contrasts)
            self._tell(len(variants) * len(base.task.rows))
        return answers
