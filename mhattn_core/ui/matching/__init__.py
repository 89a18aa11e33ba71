"""Matched heads: the same role in other models."""
