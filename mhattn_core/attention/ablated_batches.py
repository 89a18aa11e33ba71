"""The same batch with other heads switched off in each of its copies, many copies to a forward."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.ablation import Ablation, Known, Means, check, switch_off
from mhattn_core.attention.objectives import Objective, outcome
from mhattn_core.attention.partial_forward import LISTS, Restart, Start
from mhattn_core.models import Model
from mhattn_core.tap import Call

# How much goes through a network at once; a language head makes a number for every token of its vocabulary.
TOKENS, LOGITS = 1024, 2**26
TOLERANCE = 1e-4


class Variants:
    """One model, ready to be run with any heads off."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._restart = Restart.of(model)

    @torch.no_grad()
    def __call__(
        self,
        task: Objective,
        variants: Sequence[Ablation],
        means: Means | None = None,
        tell: Callable[[int], object] = lambda _n: None,
    ) -> Float[Tensor, "variant row part"]:
        """``outcome`` of each variant, float32 ``[variant, row, part]``; ``{}`` is the intact model.

        means: what ``mean`` puts in a head's place, by default its mean over the real positions of each row. tell: told
        after each forward how many variants it had. Layers below the first head that is off are not computed again,
        where the network can be entered between them.
        Raises Problem as ``check``.
        """
        for variant in variants:
            check(self.model, variant)
        run, restart = outcome(self.model, task), self._entered(task)
        starts = [restart.start_of(variant) if restart else {} for variant in variants]
        order = sorted(range(len(variants)), key=lambda number: sorted(starts[number].items()))
        results: dict[int, Tensor] = {}
        for _key, group in groupby(order, key=lambda number: sorted(starts[number].items())):
            waiting = list(group)
            while waiting:
                numbers, waiting = waiting[: self._copies(task)], waiting[self._copies(task) :]
                some, start = [variants[number] for number in numbers], starts[numbers[0]]
                watcher = _watcher(task, some, start, means or {})
                if restart:
                    found = restart.again(run, start, len(task.rows), len(some), watcher)
                else:
                    with self.model.attention.watching(watcher):
                        found = run(self.model.network, len(some))
                results |= dict(zip(numbers, found.reshape(len(some), len(task.rows), -1).cpu(), strict=True))
                tell(len(some))
        return torch.stack([results[number] for number in range(len(variants))])

    def _entered(self, task: Objective) -> Restart | None:
        """The copy that holds the task's layers, once it has been seen to give, begun in the middle, what the whole
        gives.
        """
        if self._restart is None:
            return None
        run, rows = outcome(self.model, task), len(task.rows)
        whole = self._restart.record(run)
        middle = {name: layers // 2 for name, layers in self._restart.layers.items()}
        half = self._restart.again(run, middle, rows, 2, _watcher(task, [{}, {}], middle, {}))
        if not torch.allclose(half, torch.cat([whole] * 2), rtol=TOLERANCE, atol=TOLERANCE):
            self._restart = None
        return self._restart

    def _copies(self, task: Objective) -> int:
        tokens = len(task.rows) * max(row.tokens for row in task.rows)
        vocabulary = 1 if task.targets is None else int(self.model.network.config.get_text_config().vocab_size)
        return max(1, min(TOKENS // tokens, LOGITS // (tokens * vocabulary)))


@torch.no_grad()
def mean_outputs(model: Model, tasks: Sequence[Objective]) -> dict[tuple[str, int], Float[Tensor, "head dimension"]]:
    """Each head's mean output over all real positions of a corpus: ``[head, dimension]`` by stack and layer."""
    totals: dict[tuple[str, int], Tensor] = {}
    positions = dict.fromkeys(model.stacks, 0)
    for task in tasks:

        def watch(call: Call, task: Objective = task) -> None:
            total = call.output[task.real[call.stack]].double().sum(dim=0)
            totals[call.stack, call.layer] = totals.get((call.stack, call.layer), 0) + total

        with model.attention.watching(watch):
            outcome(model, task)(model.network, 1)
        for stack, real in task.real.items():
            positions[stack] += int(real.sum())
    return {key: (total / positions[key[0]]).float() for key, total in totals.items()}


def _watcher(
    task: Objective, variants: Sequence[Ablation], start: Start, means: Means
) -> Callable[[Call], Tensor | None]:
    """Switches off each copy's heads; layers are counted from where the network is entered."""
    known = Known(task.real, means)
    wanted = {(stack, layer) for variant in variants for stack, layer, _head in variant}

    def watch(call: Call) -> Tensor | None:
        call = replace(call, layer=call.layer + start.get(LISTS[call.stack], 0))
        if (call.stack, call.layer) not in wanted:
            return None
        copies = [
            _rows(call, slice(number * len(task.rows), (number + 1) * len(task.rows)))
            for number in range(len(variants))
        ]
        return torch.cat([switch_off(part, variant, known) for part, variant in zip(copies, variants, strict=True)])

    return watch


def _rows(call: Call, rows: slice) -> Call:
    def cut(tensor: Tensor | None) -> Tensor | None:
        # A mask may be one for all rows.
        return tensor if tensor is None or len(tensor) == 1 else tensor[rows]

    return replace(
        call, pattern=call.pattern[rows], output=call.output[rows], value=cut(call.value), mask=cut(call.mask)
    )
