"""What detectors say while a page waits: on random tokens without controls, and of a pattern of one's own on one pair."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.findings.detectors.heads import not_defined, of_detector
from mhattn_core.findings.of_pair import code_of, loading, source_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.detectors.names import LEAST_WEIGHT
from mhattn_core.measures.detectors.table import COLUMNS
from mhattn_core.models.precision import precision_of

if TYPE_CHECKING:
    from mhattn_core.attention.attend import AttentionResult
    from mhattn_core.models.model import Model
    from mhattn_core.text.own_mask import OwnMask


def detector_on_random_tokens(model: "Model", table: pd.DataFrame, stack: str, measure: str) -> Finding:
    """table: of ``detectors_on_random_tokens``. Raises NotAvailable for a detector that is not defined for the stack."""
    rows = table[(table["stack"] == stack) & (table["measure"] == measure)]
    if rows.empty:
        raise not_defined(model.name, stack)
    return replace(
        of_detector(rows),
        source=f"{model.name}@{model.revision}",
        code="\n".join(
            (
                "import mhattn_core as mh",
                "from mhattn_core.experiments.detectors.live import detectors_on_random_tokens",
                "",
                f"model = {loading(repr(model.name), precision_of(model.revision))}",
                "table = detectors_on_random_tokens(model)",
                f"table.query({f'stack == {stack!r} and measure == {measure!r}'!r})",
            )
        ),
    )


def own_pattern(seen: "AttentionResult", stack: str, mask: "OwnMask") -> Finding:
    """How much of each head's weight on one pair lies on the reader's own pattern: the mean over the tokens that it asks
    something of.

    Raises Problem for cross-attention, whose queries and keys are two texts, and a pattern that asks nothing here.
    """
    rows = own_pattern_rows(seen, stack, mask)
    finding = of_detector(rows)
    call = f"own_pattern_rows(seen, {stack!r}, {mask!r})"
    imports = (
        "from mhattn_core.findings.detectors.live import own_pattern_rows",
        "from mhattn_core.text.own_mask import OwnMask",
    )
    return replace(finding, pairs=1, texts="", source=source_of(seen), code=code_of(seen, call, *imports))


def own_pattern_rows(seen: "AttentionResult", stack: str, mask: "OwnMask") -> pd.DataFrame:
    """``COLUMNS`` of ``detectors.parquet``, without intervals and controls."""
    pattern = seen.pattern(stack)
    queries, keys = pattern.shape[-2:]
    if stack == "cross" or queries != keys:
        raise Problem(
            _("A pattern of your own is asked of attention within one text."), _("Choose the encoder or the decoder.")
        )
    weights = mask.over(queries)
    if stack == "decoder":
        weights = np.tril(weights)
    asked = (weights > 0).any(axis=1)
    if not asked.any():
        raise Problem(
            _("This pattern names no key that is visible here."), _("i counts the queries and j the keys, from 0.")
        )
    values = (pattern * weights).sum(axis=-1)[..., asked].mean(axis=-1)
    layer, head = (axis.ravel() for axis in np.indices(values.shape))
    rows = pd.DataFrame({"layer": layer, "head": head, "value": values.ravel()})
    blank = dict.fromkeys(("low", "high", "random95", "shuffled95"), np.nan)
    return rows.assign(
        model=seen.model.name, stack=stack, measure="own_mask", detected=rows["value"] >= LEAST_WEIGHT, n=1, **blank
    )[list(COLUMNS)]
