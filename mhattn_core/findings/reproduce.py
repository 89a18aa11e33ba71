"""How the numbers of a page are got again: of a pair, and of a run."""

import shlex
from collections.abc import Sequence

from mhattn_core.experiments.alignment.translators import is_turned
from mhattn_core.findings.of_pair import literal, loading
from mhattn_core.measures.ablation.quantities import OFF_BY
from mhattn_core.models.precision import FLOAT32
from mhattn_core.runs.manifest import Manifest
from mhattn_core.text.feeding import AS_PAIR
from mhattn_core.text.pair import SentencePair

NUMBERS = {
    "Redundancy": (
        "from mhattn_core.experiments.redundancy.heads import heads_of\n"
        "from mhattn_core.measures.redundancy.head_distances import distances",
        "distances(heads_of(seen, seen.stacks[-1]))",
    ),
    "Fusion": ("import numpy as np", "np.linalg.norm(seen.contributions(seen.stacks[-1]), axis=-1).shape"),
    "Compare models": ("from mhattn_core.experiments.heads_table import heads_table", "heads_table(seen)"),
    "Translation": (
        "from mhattn_core.attention.alignment_weights import alignment_readings, alignment_weights",
        "{rows: alignment_weights(seen, rows).weights.shape for _stack, rows in alignment_readings(seen.model)}",
    ),
}
"""What a page makes of a pair that was run: an import, and an expression. Other pages show the patterns on words."""
RUN_TABLES = {
    "Redundancy": "head_pairs",
    "Compare models": "matches",
    "Head roles": "relations",
}
"""What a page makes of a run, where it is not its heads."""


def python_lines(page: str, names: Sequence[str], pair: SentencePair, dtype: str = FLOAT32) -> str:
    """Python that runs the pair through each model as the page does; what a person typed stands in it as a literal.
    dtype: of the models' weights.
    """
    imported, numbers = NUMBERS.get(page, ("", "{stack: seen.words(stack).pattern.shape for stack in seen.stacks}"))
    turned = [page in ("Translation", "Fault tolerance") and is_turned(name, pair) for name in names]
    read = ", ".join(f"{name!r}: {'pair.turned' if turn else 'pair'}" for name, turn in zip(names, turned, strict=True))
    return "\n".join(
        (
            "import mhattn_core as mh",
            *filter(None, [imported]),
            "",
            f"pair = {literal(pair)}",
            f"for name, read in {{{read}}}.items():",
            f"    seen = mh.attend({loading('name', dtype)}, read)",
            f"    print(name, {numbers})",
        )
    )


def command_line_of_run(manifest: Manifest) -> str:
    """The command that measures the pairs of a run once more: those of a data set of the Hub, else in PAIRS.csv."""
    models = " ".join(f"--model {shlex.quote(name)}" for name, _revision in manifest.models)
    of = "" if manifest.dtype == FLOAT32 else f"--dtype {manifest.dtype} "
    asked = ",".join(manifest.measures)
    feeding = manifest.feeding
    if feeding != AS_PAIR:
        of += f"--feed {shlex.quote(feeding.how)} "
    if feeding.system:
        of += f"--system {shlex.quote(feeding.system)} "
    if feeding.is_generated:
        of += f"--max-new-tokens {feeding.max_new_tokens} "
    if manifest.ablation != OFF_BY:
        of += f"--ablate {manifest.ablation} "
    sample = f"--sample {manifest.sampled} --columns {shlex.quote(manifest.columns)}"
    pairs = f"{shlex.quote(manifest.dataset)} {sample}" if manifest.dataset else "PAIRS.csv"
    return f"python -m mhattn_core analyze {pairs} {models} {of}--measures {asked} --out runs/mine"


def python_of_run(manifest: Manifest, page: str) -> str:
    """The same in Python, and the table that a page reads of the run."""
    names = [name for name, _revision in manifest.models]
    columns = dict(part.split("=", 1) for part in manifest.columns.split(",") if "=" in part)
    dataset = f"mh.read_pairs({manifest.dataset!r}, sample={manifest.sampled}, columns={columns!r})"
    pairs = dataset if manifest.dataset else "'PAIRS.csv'"
    arguments = f"{names!r}, {pairs}, out='runs/mine', measures={list(manifest.measures)!r}"
    arguments += "" if manifest.dtype == FLOAT32 else f", dtype={manifest.dtype!r}"
    arguments += "" if manifest.feeding == AS_PAIR else f", feeding=mh.{manifest.feeding!r}"
    arguments += "" if manifest.ablation == OFF_BY else f", ablation={manifest.ablation!r}"
    return f"import mhattn_core as mh\n\nrun = mh.analyze({arguments})\nrun.{RUN_TABLES.get(page, 'heads')}"
