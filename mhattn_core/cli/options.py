"""Options that several commands share."""

from typing import Annotated

import typer

Device = Annotated[str, typer.Option(help="cpu, cuda, mps; auto takes the fastest.")]
Dtype = Annotated[
    str,
    typer.Option(
        help="Type of the weights: float32, bfloat16, float16, or auto, that of the model's files.", metavar="DTYPE"
    ),
]
