"""Models: the catalogue, and loading one from wherever it lies."""

from mhattn_core.models.catalogue import catalogue
from mhattn_core.models.load import load
from mhattn_core.models.model import Model

__all__ = ["Model", "catalogue", "load"]
