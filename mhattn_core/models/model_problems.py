"""What is said in more than one place about models that cannot be had."""

from difflib import get_close_matches

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.models.catalogue import entries, present
from mhattn_core.models.memory import budget, readable


def stands() -> str:
    """Which models can be used all the same."""
    names = listed(present())
    return _("On this machine: {names}.").format(names=names) if names else ""


def did_you_mean(name: str) -> str:
    """The nearest names of the catalogue; empty if none is near."""
    typed = name.lower().split("/")[-1]
    near = get_close_matches(typed, list(entries()), n=3, cutoff=0.6)
    return _("Did you mean {names}?").format(names=listed(near)) if near and typed not in near else ""


def only_pickles(name: str, download: str = "") -> Problem:
    """download: the command that brings the files to this machine, if they are not here."""
    folder = download.split()[-1] if download else name
    convert = f"python -m mhattn_core convert {folder}"
    return Problem(
        _(
            "The weights of “{name}” are only there as a pickle, which could run code; only safetensors are read."
        ).format(name=name),
        _("Convert them once, in a terminal: {command}").format(command=" && ".join(filter(None, (download, convert)))),
        stands(),
    )


def too_big(name: str, needed: int) -> Problem:
    """needed: bytes."""
    return Problem(
        _("“{name}” needs {needed} of memory; models may take {budget} here.").format(
            name=name, needed=readable(needed), budget=readable(budget())
        ),
        _("Choose a smaller model, or allow more bytes in MHATTN_MODEL_BYTES."),
        stands(),
    )


def damaged(name: str, file: str) -> Problem:
    """file: the name of one file of the model."""
    return Problem(
        _("The file {file} of “{name}” is damaged or incomplete.").format(file=file, name=name),
        _("Delete it and get it again; of a model of the Hub, remove its folder from the Hub's cache (hf cache ls)."),
        stands(),
    )
