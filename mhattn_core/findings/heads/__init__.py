"""Findings about the measures of heads."""
