"""Heads as word aligners."""
