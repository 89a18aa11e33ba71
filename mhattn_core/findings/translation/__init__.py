"""Findings about heads as word aligners."""
