"""Findings about redundant heads."""
