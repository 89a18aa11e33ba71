"""The tap: our own attention function inside transformers, and the map of where each network calls it."""

from mhattn_core.tap.interface import Call, Watcher, implementation_for, visible_keys, watching
from mhattn_core.tap.refusals import beside_text
from mhattn_core.tap.survey import AttentionMap, Site, dummy_inputs, survey
from mhattn_core.tap.tables import Tables, tables

__all__ = [
    "AttentionMap",
    "Call",
    "Site",
    "Tables",
    "Watcher",
    "beside_text",
    "dummy_inputs",
    "implementation_for",
    "survey",
    "tables",
    "visible_keys",
    "watching",
]
