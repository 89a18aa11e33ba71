"""Needles of several depths in haystacks of several lengths: every head's score, and what masking heads does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from mhattn_core.attention.ablation import Ablation
from mhattn_core.errors import Problem
from mhattn_core.experiments.retrieval.trial import Trial, WrittenAnswer, answer, make_trial
from mhattn_core.heads import Head
from mhattn_core.measures.retrieval.copied import copied_share, recall
from mhattn_core.measures.statistics import bootstrap_weights, interval, quotient, supported
from mhattn_core.models.model import Model
from mhattn_core.text.haystack import needles

LENGTHS = (256, 512, 1024, 2048, 4096)
"""Tokens of a haystack with its question; of each model those that it takes."""
DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
MASKED_SHARES, DRAWS = (0.01, 0.02, 0.05), 3
"""Parts of all heads that are masked in the shortest haystacks: those that score most, and as many others drawn at random
so often. Longer ones would take as long as all else.
"""
SCORE = "retrieval_score"

HEADS = ("model", "stack", "layer", "head", "measure", "language", "value", "low", "high", "n")
TRIALS = ("model", "language", "length", "depth", "needle", "tokens", "recall", "top_score")
MASKING = ("model", "language", "length", "masked", "heads", "draw", "recall", "intact", "n")

Tell = Callable[[int], object]


@dataclass(frozen=True)
class NeedlePlacement:
    """Where a needle goes: the length of its haystack in tokens, the needle's depth and number."""

    length: int
    depth: float
    needle: int


def asked_of(model: Model) -> list[NeedlePlacement]:
    """All haystacks that the model takes, the shortest first."""
    return [
        NeedlePlacement(length, depth, needle)
        for length in LENGTHS
        if length <= model.longest
        for depth in DEPTHS
        for needle in range(len(needles("en")))
    ]


def retrieval_tables(
    model: Model, languages: Sequence[str], *, asked: Sequence[NeedlePlacement] = (), tell: Tell = lambda _texts: None
) -> dict[str, pd.DataFrame]:
    """``retrieval`` (``HEADS``), ``retrieval_trials`` (``TRIALS``) and ``retrieval_masking`` (``MASKING``) of one model.

    The score of a head is the mean over haystacks of ``copied_share``, whether the answer was right or not, with its
    interval over them, none from fewer than 30. Recall: see there. A masked head is off (``zero``) while the model reads
    and writes; ``intact`` is the recall without. No rows for a model that does not write, or whose attention is not
    computed on the tap.
    Source: Wu et al. 2025. Their code counts a haystack only if more than half of the needle was written; here all
    count, so that a model which does not find the needle has no retrieval heads.
    """
    tables: dict[str, list[pd.DataFrame]] = {"retrieval": [], "retrieval_trials": [], "retrieval_masking": []}
    asked = asked or asked_of(model)
    writes = model.stacks == ("decoder",) and model.head == "language" and model.attention.gives_values
    if writes and asked:
        for language in languages:
            for name, rows in _of_language(model, language, asked, tell).items():
                tables[name].append(rows.assign(model=model.name, language=language))
    columns = {"retrieval": HEADS, "retrieval_trials": TRIALS, "retrieval_masking": MASKING}
    return {
        name: pd.concat(rows, ignore_index=True)[list(columns[name])]
        if rows
        else pd.DataFrame(columns=list(columns[name]))
        for name, rows in tables.items()
    }


def _of_language(
    model: Model, language: str, asked: Sequence[NeedlePlacement], tell: Tell
) -> Mapping[str, pd.DataFrame]:
    rows, shares, short = [], list[np.ndarray](), list[tuple[Trial, float]]()
    for number, one in enumerate(asked):
        trial = _trial(model, language, one, number)
        found = answer(model, trial)
        shares.append(_shares(trial, found))
        found_again = _recall(trial, found)
        rows.append(
            {**vars(one), "tokens": len(trial.ids), "recall": found_again, "top_score": float(shares[-1].max())}
        )
        if one.length == min(other.length for other in asked):
            short.append((trial, found_again))
        tell(1)
    heads = _scores(model, np.stack(shares), [f"{language} {one}" for one in asked])
    masking = pd.DataFrame(_masked(model, heads, short, tell)).assign(length=min(one.length for one in asked))
    return {"retrieval": heads, "retrieval_trials": pd.DataFrame(rows), "retrieval_masking": masking}


def _trial(model: Model, language: str, one: NeedlePlacement, seed: int) -> Trial:
    try:
        return make_trial(model, language, needles(language)[one.needle], length=one.length, depth=one.depth, seed=seed)
    except ValueError as error:
        raise Problem(str(error), "") from error


def _shares(trial: Trial, found: WrittenAnswer) -> Float[np.ndarray, "layer head"]:
    return copied_share(found.looked_at, found.written, trial.ids, trial.needle)


def _recall(trial: Trial, found: WrittenAnswer) -> float:
    return recall(found.written.tolist(), trial.ids[trial.needle].tolist())


def _scores(model: Model, shares: Float[np.ndarray, "trial layer head"], keys: Sequence[str]) -> pd.DataFrame:
    sums = np.stack([shares, np.ones_like(shares)], axis=-1)
    low, high = supported(*interval(sums, bootstrap_weights(keys), quotient), len(keys))
    attending = list(model.attention.attending("decoder"))
    layer, head = (axis.ravel() for axis in np.indices(shares.shape[1:]))
    rows = pd.DataFrame(
        {
            "layer": layer,
            "head": head,
            "value": shares.mean(axis=0).ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        }
    )
    rows = rows[rows["layer"].isin(attending)].reset_index(drop=True)
    return rows.assign(stack="decoder", measure=SCORE, n=len(keys))


def _masked(
    model: Model, heads: pd.DataFrame, trials: Sequence[tuple[Trial, float]], tell: Tell
) -> Iterator[dict[str, object]]:
    ranked = [Head.of_row(row) for _at, row in heads.sort_values("value", ascending=False, kind="stable").iterrows()]
    random = np.random.default_rng(0)
    intact = float(np.mean([found for _trial, found in trials]))
    for share in MASKED_SHARES:
        size = max(round(share * len(ranked)), 1)
        others = [random.permutation(np.arange(size, len(ranked)))[:size] for _draw in range(DRAWS)]
        sets = [("top", 0, np.arange(size)), *(("random", draw, one) for draw, one in enumerate(others))]
        for masked, draw, places in sets:
            off: Ablation = {ranked[place]: "zero" for place in places}
            left = [_recall(trial, answer(model, trial, off)) for trial, _found in trials]
            tell(len(trials))
            yield {
                "masked": masked,
                "heads": size,
                "draw": draw,
                "recall": float(np.mean(left)),
                "intact": intact,
                "n": len(trials),
            }


def passes(model: Model) -> int:
    """Haystacks that are read in one language."""
    asked = asked_of(model)
    short = sum(one.length == LENGTHS[0] for one in asked)
    return len(asked) + len(MASKED_SHARES) * (1 + DRAWS) * short
