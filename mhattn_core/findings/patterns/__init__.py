"""Findings about the types of patterns."""
