"""Findings about documents and their summaries."""
