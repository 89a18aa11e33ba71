"""The studies that a run can hold: each file here holds one, and is called what ``--measures`` calls it."""

from importlib import import_module
from pkgutil import iter_modules

from mhattn_core.runs.study import Across, Study

_OF_FILES = {
    name: study
    for _finder, name, _is_package in iter_modules(__path__)
    for study in vars(import_module(f"{__name__}.{name}")).values()
    if isinstance(study, Study | Across)
}
STUDIES = {name: study for name, study in _OF_FILES.items() if isinstance(study, Study)}
ACROSS = {name: study for name, study in _OF_FILES.items() if isinstance(study, Across)}

__all__ = ["ACROSS", "STUDIES"]
