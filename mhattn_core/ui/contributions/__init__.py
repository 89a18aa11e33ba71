"""Fusion: what each head adds."""
