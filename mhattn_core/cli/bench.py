"""Times, against the bare model."""

from functools import partial
from typing import Annotated

import typer

from mhattn_core.cli.options import Device, Dtype
from mhattn_core.cli.terminal import print_table

RUN_LENGTHS = typer.Option(help="Length of a whole run; may be given several times.")


def bench(
    model: str = typer.Option("minilm", help="Name of a model."),
    rounds: int = typer.Option(20, min=3, help="Repeats of each measurement."),
    pairs: Annotated[list[int], RUN_LENGTHS] = [200, 2000],  # noqa: B006
    device: Device = "auto",
    dtype: Dtype = "float32",
    studies: Annotated[
        bool, typer.Option("--studies", help="Only: the cost of each study over the basic measures.")
    ] = False,
    workers: Annotated[
        str, typer.Option(help="Only: what so many workers bring over one, such as 1,2; needs Ray.", metavar="N,N …")
    ] = "",
) -> None:
    """Time attend() and runs over many pairs, against the bare model. Quote the ratios, not the seconds."""
    if workers:
        from mhattn_core.bench.workers import worker_speed

        print_table(
            worker_speed(model, [int(count) for count in workers.split(",")], rounds=rounds, device=device, dtype=dtype)
        )
        return
    from mhattn_core.bench import attend_times, corpus_ratios, corpus_runs, study_costs
    from mhattn_core.models.load import load
    from mhattn_core.models.options import LoadOptions

    LoadOptions(device, dtype).check()
    get = partial(load, model, device, dtype=dtype)
    if studies:
        print_table(study_costs(get))
        return
    print_table(corpus_runs(get, sizes=sorted(pairs)))
    print_table(corpus_ratios(get, rounds=rounds))
    print_table(attend_times(get, rounds=rounds))
