"""Summarisation: which segment feeds which word of a summary."""
