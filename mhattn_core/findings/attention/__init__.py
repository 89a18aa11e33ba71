"""Findings about what heads look at in one pair."""
