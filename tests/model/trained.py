"""A training of eight checkpoints, as a trainer leaves them."""

from pathlib import Path

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
