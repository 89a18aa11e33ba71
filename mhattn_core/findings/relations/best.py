"""The best head of every relation on one axis, with what it has to beat."""

from collections.abc import Sequence
from functools import partial

from mhattn_core import charts
from mhattn_core.errors import NotAvailable
from mhattn_core.findings.of_run import of_run
from mhattn_core.findings.relations.rows import relation_rows, stacks_of, usual_direction
from mhattn_core.findings.relations.words import labels_of, left_out, strongest
from mhattn_core.findings.rows import models_of
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _
from mhattn_core.measures.roles.bounds import PAIRS
from mhattn_core.runs.run import Run

MOST_LINES, FEWEST_RELATIONS = 14, 4
"""Lines that a screen holds, and relations that are drawn whatever the number of models; beyond that the reader narrows
the family."""


@of_run("relations")
def best_heads(
    run: Run,
    *,
    models: Sequence[str] = (),
    stacks: Sequence[str] = (),
    direction: str = "",
    family: str = "",
    relation: str = "",
) -> Finding:
    """A line a relation and model: the best head, held out, with what it has to beat.

    stacks: one a model, by default each model's first. direction: by default one in which all of them can be asked.
    family: such as ``syntax``; by default all. relation: one that is drawn whether or not it is among the first.
    """
    chosen = _stacks(run, models_of(run, models), stacks)
    rows = relation_rows(run, chosen, direction or usual_direction(run, chosen), family)
    shown = rows.shown
    if shown.empty:
        raise NotAvailable(
            _("The run has nothing of “{what}” for these models and this stack.").format(what=family or "relations"),
            _("Choose another family, direction or model."),
        )
    names = list(dict.fromkeys(shown["relation"]))
    most = max(MOST_LINES // len(chosen), FEWEST_RELATIONS)
    drawn = names[:most] if relation in ("", *names[:most]) else [*names[: most - 1], relation]
    table = shown[shown["relation"].isin(drawn)].reset_index(drop=True)
    best = partial(charts.best_heads, table, labels_of(drawn))
    return Finding(
        "best_heads",
        strongest(shown),
        table,
        best,
        " ".join(part for part in (_reading(), _not_drawn(len(drawn), len(names)), left_out(rows)) if part),
        run.manifest.pairs,
        draw_narrow=partial(best, narrow=True),
    )


def _stacks(run: Run, models: Sequence[str], stacks: Sequence[str]) -> list[tuple[str, str]]:
    """Each model with its stack; models for which the run has no relations are left out."""
    known = {model: stacks_of(run, model) for model in models}
    asked = dict(zip(models, stacks, strict=False))
    return [(model, asked.get(model) or there[0]) for model, there in known.items() if there]


def _reading() -> str:
    return _(
        "The mark is the best head, chosen on half of the sentences and reported on the other half, 50 times; the "
        "line is the 95 % interval of its gain over the better of the best fixed offset, the grey bar, and the "
        "nearest word of the best class, the diamond. The cross is the same head on pairs of words that are alike but "
        "not so related. The triangles are what the best of all heads stays under at 95 % in networks with random "
        "weights and with the trained weights shuffled, on up to {pairs} pairs. Filled: above all of these. n: held-out words asked."
    ).format(pairs=PAIRS)


def _not_drawn(drawn: int, names: int) -> str:
    if drawn == names:
        return ""
    return _("Drawn: the {drawn} with the greatest gain of {all}; all are in the list and under “All numbers”.").format(
        drawn=drawn, all=names
    )
