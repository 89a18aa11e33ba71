"""Redundancy: which heads are doubled."""
