"""Redundancy: which heads are redundant."""
