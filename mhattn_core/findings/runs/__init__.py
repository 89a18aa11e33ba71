"""Findings about whole runs."""
