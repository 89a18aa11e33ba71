"""Runs: many pairs measured, watched, opened."""
