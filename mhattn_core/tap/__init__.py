"""The tap: our own attention function inside transformers, and the map of where each network calls it."""

from mhattn_core.tap.interface import Call, Watcher, implementation_for, visible_keys, watching
from mhattn_core.tap.survey import AttentionMap, Site, survey

__all__ = ["AttentionMap", "Call", "Site", "Watcher", "implementation_for", "survey", "visible_keys", "watching"]
