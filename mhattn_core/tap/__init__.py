"""The tap: our own attention function inside transformers, and the map of where each network calls it."""
