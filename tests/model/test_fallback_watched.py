"""Families that never call the tap, watched by several callers at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
import torch
from cases import (
    HEAD,
    batch,
    case_of,
    close,
    family_named,
    run,
    watch,
)
from families import XLNET, Family
from torch import Tensor

from mhattn_core.tap.fallback import Products


@pytest.mark.parametrize("forwards", [0, 2])
def test_one_block_watches_one_forward(forwards: int) -> None:
    case = case_of(family_named("gptj"))
    inputs = batch(case, "none")

    def watch_them() -> None:
        with case.attention.watching(lambda _call: None):
            for _forward in range(forwards):
                run(case.tapped, inputs)

    with pytest.raises(RuntimeError, match="3 attention products"):
        watch_them()


def test_nobody_else_is_watched() -> None:
    """Not a thread that starts inside a watched block, and nothing once the block is left."""
    case = case_of(family_named("mpnet"))
    inputs = batch(case, "right")
    expected = run(case.eager, inputs)
    calls: list[str] = []
    others: list[Tensor] = []

    def silence(call: Any) -> Tensor:
        calls.append(call.stack)
        other = Thread(target=lambda: others.append(run(case.tapped, inputs)))
        other.start()
        other.join()
        return torch.zeros_like(call.output)

    with case.attention.watching(silence):
        silenced = run(case.tapped, inputs)
    assert calls == ["encoder"] * 3
    assert (silenced - expected).abs().max() > 1e-3
    for output in (*others, run(case.tapped, inputs)):
        close(output, expected)


@pytest.mark.parametrize(
    "family",
    [family_named("bloom"), family_named("deberta-v2"), family_named("fsmt"), XLNET],
    ids=lambda family: family.name,
)
def test_twenty_threads_on_one_network(family: Family) -> None:
    case = case_of(family)
    stack = case.attention.stacks[-1]
    tasks = {"bare": None, "watched": {}, "silenced": {(stack, 0, HEAD): "zero"}, "averaged": {(stack, 1, 0): "mean"}}
    inputs = [{name: tensor[:rows] for name, tensor in batch(case, "right").items()} for rows in (1, 2, 3)]

    def do(task: str, rows: int) -> list[Tensor]:
        if tasks[task] is None:
            return [run(case.tapped, inputs[rows])]
        calls, logits = watch(case, inputs[rows], tasks[task])
        return [logits, *(call.pattern for stack_calls in calls.values() for call in stack_calls)]

    alone = {(task, rows): do(task, rows) for task in tasks for rows in range(3)}
    together = Barrier(20)

    def work(thread: int) -> list[tuple[tuple[str, int], list[Tensor]]]:
        together.wait()
        order = [*alone, *alone][thread % len(alone) :][:6]
        return [(key, do(*key)) for key in order]

    with ThreadPoolExecutor(20) as pool:
        for results in pool.map(work, range(20)):
            for key, tensors in results:
                for ours, expected in zip(tensors, alone[key], strict=True):
                    close(ours, expected, 1e-6)


def test_a_watcher_of_products_keeps_what_it_does_not_replace() -> None:
    """Whatever shape the product has; another softmax, or a product with something else, is not one."""
    shown: list[Any] = []
    scores, values = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 5, 6)
    with Products([("encoder", 3)] * 2, shown.append):
        pattern = scores.softmax(-1)
        flat = torch.bmm(pattern.flatten(0, 1), values.flatten(0, 1))
        torch.softmax(scores, dim=-1)
        unrelated = scores @ values
        straight = torch.nn.functional.softmax(scores, dim=-1) @ values
    assert len(shown) == 2
    assert [call.layer for call in shown] == [0, 1]
    close(flat.unflatten(0, (2, 3)), straight)
    close(shown[0].output, straight.transpose(1, 2))
    close(shown[0].pattern, scores.softmax(-1))
    close(unrelated, scores @ values)
