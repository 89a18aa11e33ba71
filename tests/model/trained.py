"""A training of eight checkpoints, as a trainer leaves them."""

from pathlib import Path

import pandas as pd
import torch
from cases import family_named, word_tokenizer

STEPS = (0, 1, 2, 4, 8, 16, 32, 64)
SAME = (32, 64)
"""The last checkpoint was saved twice."""


def put_checkpoints(folder: Path) -> Path:
    """Checkpoints of a tiny network that learns a few rows of words by heart; its tokenizer lies beside them."""
    network = family_named("llama").build("sdpa").train().requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    tokens = torch.randint(5, 120, (4, 12), generator=torch.Generator().manual_seed(0))
    for step in range(SAME[0] + 1):
        if step in STEPS:
            network.save_pretrained(folder / f"checkpoint-{step}")
        network(input_ids=tokens, labels=tokens).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    again = folder / f"checkpoint-{SAME[1]}"
    again.mkdir()
    for file in (folder / f"checkpoint-{SAME[0]}").iterdir():
        (again / file.name).write_bytes(file.read_bytes())
    word_tokenizer().save_pretrained(folder)
    return folder


VERDICTS: dict[str, tuple[str, ...]] = {
    "nsubj": ("insufficient data",) + ("no evidence",) * 2 + ("small gain",) * 2 + ("pattern specialist",) * 3,
    "obj": ("no evidence",) * 5 + ("pattern specialist",) * 3,
    "det": ("no evidence",) * 8,
}
"""Of each relation the verdict at each step; by hand, since a training that learns grammar is long."""
COLUMN = "column"
"""The direction in which no verdict is strong."""


def put_roles(run: Path, models: list[str]) -> None:
    """Tables of roles beside those of a run of these checkpoints: L2 H1 learns the subject, from 0 of 16 to 14."""
    relations = [
        (
            model,
            "decoder",
            relation,
            "hit",
            direction,
            2,
            1,
            verdict if direction != COLUMN else "insufficient data",
            0.0,
        )
        for relation, verdicts in VERDICTS.items()
        for model, verdict in zip(models, verdicts, strict=True)
        for direction in (COLUMN, "dependent_to_head")
    ]
    names = ["model", "stack", "relation", "score", "direction", "layer", "head", "verdict", "class_rule"]
    pd.DataFrame(relations, columns=names).to_parquet(run / "relations.parquet")
    rates = [
        (model, "decoder", "nsubj", direction, layer, head, hits_of(number, layer, head, direction), 16)
        for number, model in enumerate(models)
        for direction in (COLUMN, "dependent_to_head")
        for layer in range(3)
        for head in range(4)
    ]
    names = ["model", "stack", "relation", "direction", "layer", "head", "hits", "n"]
    pd.DataFrame(rates, columns=names).to_parquet(run / "rates.parquet")


def hits_of(checkpoint: int, layer: int, head: int, direction: str) -> int:
    """Of 16: the column stands at 5 for every head, the arc begins at 0 and only L2 H1 goes beyond 4."""
    if direction == COLUMN:
        return 5
    return 2 * checkpoint if (layer, head) == (2, 1) else (checkpoint + layer + head) % 5
