"""Findings about relations: which head finds which words."""
