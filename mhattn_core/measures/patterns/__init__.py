"""Shapes of patterns."""
