"""The tap: our own attention function inside transformers, and the map of where each network calls it."""

from mhattn_core.tap.dummy import dummy_inputs
from mhattn_core.tap.interface import UNTAPPED, Call, Watcher, implementation_for, visible_keys, watching
from mhattn_core.tap.refusals import beside_text, reads_text
from mhattn_core.tap.survey import AttentionMap, Site, survey
from mhattn_core.tap.tables import Tables, tables

__all__ = [
    "UNTAPPED",
    "AttentionMap",
    "Call",
    "Site",
    "Tables",
    "Watcher",
    "beside_text",
    "dummy_inputs",
    "implementation_for",
    "reads_text",
    "survey",
    "tables",
    "visible_keys",
    "watching",
]
