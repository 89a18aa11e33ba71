"""Findings about counterparts in other models."""
