"""How probes are spoken of: what is read from where, and how far it may be believed."""

import pandas as pd

from mhattn_core.digits import with_minus
from mhattn_core.locale import _
from mhattn_core.measures.probing.table import ASKED

FROM_POS = ("role", "partner", "category")
"""What a word's part of speech tells something of; its part of speech it tells whole."""


def vector_names() -> dict[str, str]:
    """By their names in tables."""
    return {"query": _("query"), "key": _("key"), "value": _("value")}


def task_names() -> dict[str, str]:
    """By their names in tables."""
    return {
        "pos": _("the word's part of speech"),
        "role": _("the word's role in the sentence"),
        "category": _("the word's category (animal, colour …)"),
        "partner": _("the part of speech of its head word"),
    }


def asked_names() -> dict[str, str]:
    """``key-pos`` → “key: the word's part of speech”, the tasks of each vector, what the note says of keys first."""
    return {f"{vector}-{task}": label(vector, task) for vector in ("key", "query", "value") for task in ASKED[vector]}


def label(vector: str, task: str) -> str:
    """What is read from what, by names in tables."""
    return _("{vector}: {task}").format(vector=vector_names()[vector], task=task_names()[task])


def model_sentence(name: str, row: pd.Series) -> str:
    """What all heads of a stack give in the mean, against a lookup of word forms, the control task and the layer's
    input. row: of
    ``probe_means``.
    """
    said = _(
        "From the {vector} of {name}'s heads a linear rule reads {task} rightly in {accuracy:.0%} of held-out words "
        "in the mean [{low:.0%}, {high:.0%}]; the most frequent answer alone makes {majority:.0%}."
    ).format(
        vector=vector_names()[row["vector"]],
        name=name,
        task=task_names()[row["task"]],
        accuracy=row["accuracy"],
        low=row["low"],
        high=row["high"],
        majority=row["majority"],
    )
    beaten = _("{count} of {heads} heads beat theirs, by an interval that leaves out 0.").format(
        count=row["above_control"], heads=row["heads"]
    )
    parts = (said, form(row), margin(row), beaten, _over_input(row), _own_pos(row), _place(row))
    return " ".join(part for part in parts if part)


def form(row: pd.Series) -> str:
    """What a dictionary of word forms gives, and what is read of forms that it does not hold; nothing where a run of an
    earlier version did not ask.
    """
    if "form" not in row or pd.isna(row["form"]):
        return ""
    message = (
        _(
            "A lookup of word forms, without any vector, does as well or better: {form:.0%}; so what is read may be "
            "no more than the form."
        )
        if not row["over_form_low"] > 0
        else _("A lookup of word forms, without any vector, makes {form:.0%}.")
    )
    said = message.format(form=row["form"])
    if pd.isna(row["gain_new"]):
        return said
    new = _(
        "Of the {share:.0%} of words whose form was not learnt it reads {accuracy:.0%}, {gain:+.0f} points over the "
        "control task [{low:+.0f}, {high:+.0f}]."
    ).format(
        share=1 - row["known_forms"],
        accuracy=row["accuracy_new"],
        **{name: 100 * row[f"gain_new{end}"] for name, end in (("gain", ""), ("low", "_low"), ("high", "_high"))},
    )
    return f"{said} {new}"


def margin(row: pd.Series) -> str:
    """Whether the probe beats its control task."""
    message = (
        _("That is {gain:.0f} points above the control task [{low:.0f}, {high:.0f}].")
        if row["gain_low"] > 0
        else _("That is no better than the control task: {gain:+.0f} points [{low:+.0f}, {high:+.0f}].")
    )
    return with_minus(message.format(gain=100 * row["gain"], low=100 * row["gain_low"], high=100 * row["gain_high"]))


def _over_input(row: pd.Series) -> str:
    """Whether the head tells more than as many random directions of what its layer gets."""
    message = (
        _(
            "It is {gain:.1f} points above as many random directions of the layer's input [{low:.1f}, {high:.1f}]; "
            "{count} of {heads} heads are above them."
        )
        if row["over_input_low"] > 0
        else _(
            "It is no better than as many random directions of the layer's input ({gain:+.1f} points [{low:+.1f}, "
            "{high:+.1f}]); {count} of {heads} heads are above them."
        )
    )
    return message.format(
        gain=100 * row["over_input"],
        low=100 * row["over_input_low"],
        high=100 * row["over_input_high"],
        count=row["above_input"],
        heads=row["heads"],
    )


def _own_pos(row: pd.Series) -> str:
    """What could be told without any vector, from the word's own part of speech."""
    if row["task"] not in FROM_POS:
        return ""
    message = (
        _("The word's own part of speech, without any vector, does as well or better: {own:.0%}.")
        if row["own_pos"] >= row["low"]
        else _("The word's own part of speech alone, without any vector, tells it in {own:.0%}.")
    )
    return message.format(own=row["own_pos"])


def _place(row: pd.Series) -> str:
    """What could be told from the word's place alone, which random weights carry too."""
    message = (
        _(
            "A rule that knows only where the word stands in its sentence does as well or better: {place:.0%}, so "
            "what is read may be no more than its place, which random weights carry too."
        )
        if row["place"] >= row["low"]
        else _("A rule that knows only where the word stands in its sentence makes {place:.0%}.")
    )
    return message.format(place=row["place"])


def first_dimension(name: str, row: pd.Series) -> str:
    """What dimension 0 tells, beside a dimension drawn at random, the best one and all."""
    message = (
        _(
            "In {name} dimension 0 of the {vector} tells more of {task} than a dimension drawn at random, by "
            "{gain:.1f} points [{low:.1f}, {high:.1f}]: {first:.0%}; the best dimension of each head tells "
            "{best:.0%}, all together {whole:.0%}, and {majority:.0%} is the most frequent answer."
        )
        if row["first_gain_low"] > 0
        else _(
            "In {name} dimension 0 of the {vector} tells no more of {task} than a dimension drawn at random: "
            "{first:.0%}, a difference of {gain:+.1f} points [{low:+.1f}, {high:+.1f}]; the best dimension of each "
            "head tells {best:.0%}, all together {whole:.0%}, and {majority:.0%} is the most frequent answer."
        )
    )
    return message.format(
        name=name,
        vector=vector_names()[row["vector"]],
        task=task_names()[row["task"]],
        gain=100 * row["first_gain"],
        low=100 * row["first_gain_low"],
        high=100 * row["first_gain_high"],
        first=row["first_dimension"],
        best=row["dimension_accuracy"],
        whole=row["accuracy"],
        majority=row["majority"],
    )
