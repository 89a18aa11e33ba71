"""Findings about what heads add to the sum of their layer."""
