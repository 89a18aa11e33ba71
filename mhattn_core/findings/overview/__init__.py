"""Findings about all heads of several models at once."""
