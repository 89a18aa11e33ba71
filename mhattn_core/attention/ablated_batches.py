"""The same batch with other heads switched off in each of its copies, many copies to a forward."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mhattn_core.attention.ablation import NOTHING, Ablation, Outputs, Replacements, check, switch_off
from mhattn_core.attention.objectives import Objective, outcome
from mhattn_core.attention.partial_forward import LISTS, Restart, Start
from mhattn_core.models.model import Model
from mhattn_core.tap.interface import Call

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
        replacements: Replacements | Sequence[Replacements] = NOTHING,
        tell: Callable[[int], object] = lambda _n: None,
    ) -> Float[Tensor, "variant row part"]:
        """``outcome`` of each variant, float32 ``[variant, row, part]``; ``{}`` is the intact model.

        replacements: for all variants, or for each its own.
        tell: told after each forward how many variants it had. Layers below the first head that is off are not computed
        again, where the network can be entered between them.
        Raises Problem as ``check``; KeyError for a kind whose replacement is not given.
        """
        for variant in variants:
            check(self.model, variant)
        of_each = [replacements] * len(variants) if isinstance(replacements, Replacements) else replacements
        run, restart = outcome(self.model, task), self._entered(task)
        starts = [restart.start_of(variant) if restart else {} for variant in variants]
        order = sorted(range(len(variants)), key=lambda number: sorted(starts[number].items()))
        results: dict[int, Tensor] = {}
        for _key, group in groupby(order, key=lambda number: sorted(starts[number].items())):
            waiting = list(group)
            while waiting:
                numbers, waiting = waiting[: self._copies(task)], waiting[self._copies(task) :]
                some, start = [variants[number] for number in numbers], starts[numbers[0]]
                watcher = _watcher(task, some, start, [of_each[number] for number in numbers])
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
        half = self._restart.again(run, middle, rows, 2, _watcher(task, [{}, {}], middle, [NOTHING] * 2))
        if not torch.allclose(half, torch.cat([whole] * 2), rtol=TOLERANCE, atol=TOLERANCE):
            self._restart = None
        return self._restart

    def _copies(self, task: Objective) -> int:
        tokens = len(task.rows) * max(row.tokens for row in task.rows)
        logits = len(task.rows) * task.positions * int(self.model.network.config.get_text_config().vocab_size)
        return max(1, min(TOKENS // tokens, LOGITS // max(logits, 1)))


@torch.no_grad()
def head_calls(model: Model, task: Objective) -> dict[tuple[str, int], Call]:
    """The calls of the intact model, by stack and layer."""
    calls: dict[tuple[str, int], Call] = {}

    def watch(call: Call) -> None:
        calls[call.stack, call.layer] = call

    with model.attention.watching(watch):
        outcome(model, task)(model.network, 1)
    return calls


def head_outputs(model: Model, task: Objective) -> Outputs:
    """What every head of the intact model gives: ``[row, query, head, dimension]`` by stack and layer."""
    return {key: call.output for key, call in head_calls(model, task).items()}


@torch.no_grad()
def row_means(model: Model, task: Objective) -> Outputs:
    """Each head's mean output over the real positions of each row: ``[row, head, dimension]`` by stack and layer."""

    def mean(output: Tensor, real: Tensor) -> Tensor:
        weights = real.to(output.dtype)[..., None, None]
        return (output * weights).sum(dim=1) / weights.sum(dim=1)

    return {key: mean(output, task.real[key[0]]) for key, output in head_outputs(model, task).items()}


@torch.no_grad()
def mean_outputs(model: Model, tasks: Sequence[Objective]) -> Outputs:
    """Each head's mean output over all real positions of a corpus: ``[head, dimension]`` by stack and layer."""
    totals: dict[tuple[str, int], Tensor] = {}
    positions = dict.fromkeys(model.stacks, 0)
    for task in tasks:
        for key, output in head_outputs(model, task).items():
            totals[key] = totals.get(key, 0) + output[task.real[key[0]]].double().sum(dim=0)
        for stack, real in task.real.items():
            positions[stack] += int(real.sum())
    return {key: (total / positions[key[0]]).float() for key, total in totals.items()}


def other_outputs(model: Model, tasks: Sequence[Objective], number: int) -> Outputs:
    """What the heads give for another text at the same positions, in place of each row of one of the tasks: ``[row,
    query, head, dimension]``.

    The other text is the next longer one among all rows, of the longest the next shorter; where it is the shorter, its
    last position stands for those beyond its end. Raises ValueError for fewer than two rows.
    """
    rows = [(source, place) for source, task in enumerate(tasks) for place in range(len(task.rows))]
    if len(rows) < 2:
        raise ValueError("another text takes two of them")
    # Batches hold the longest first.
    donor = dict(zip(rows, [rows[1], *rows], strict=False))
    donors = [donor[number, place] for place in range(len(tasks[number].rows))]
    sources = {source: head_outputs(model, tasks[source]) for source in {source for source, _place in donors}}

    def at_same_positions(key: tuple[str, int]) -> Tensor:
        length = tasks[number].real[key[0]].shape[1]
        taken = []
        for source, place in donors:
            end = int(tasks[source].real[key[0]][place].sum())
            output = sources[source][key][place]
            taken.append(output[torch.arange(length, device=output.device).clamp(max=end - 1)])
        return torch.stack(taken)

    return {key: at_same_positions(key) for key in sources[donors[0][0]]}


def _watcher(
    task: Objective, variants: Sequence[Ablation], start: Start, replacements: Sequence[Replacements]
) -> Callable[[Call], Tensor | None]:
    """Switches off each copy's heads; layers are counted from where the network is entered."""
    wanted = {(stack, layer) for variant in variants for stack, layer, _head in variant}

    def watch(call: Call) -> Tensor | None:
        call = replace(call, layer=call.layer + start.get(LISTS[call.stack], 0))
        if (call.stack, call.layer) not in wanted:
            return None
        copies = [
            _rows(call, slice(number * len(task.rows), (number + 1) * len(task.rows)))
            for number in range(len(variants))
        ]
        return torch.cat([switch_off(*of_copy) for of_copy in zip(copies, variants, replacements, strict=True)])

    return watch


def _rows(call: Call, rows: slice) -> Call:
    def cut(given: Any) -> Any:
        # A mask, or a table of positions, may be one for all rows.
        is_of_rows = isinstance(given, Tensor) and given.dim() == 4 and len(given) == len(call.output) > 1
        return given[rows] if is_of_rows else given

    return replace(
        call,
        **{name: cut(getattr(call, name)) for name in ("query", "key", "value", "mask", "pattern")},
        output=call.output[rows],
        options={name: cut(option) for name, option in call.options.items()},
    )
