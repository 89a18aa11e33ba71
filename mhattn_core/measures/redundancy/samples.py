"""How much of a corpus, and of random words, heads are compared on."""

TEXTS, WORDS, NOISE = 200, 1000, 100
"""Most texts whose patterns are compared, most words (one a text) whose outputs are, and most texts of random words."""
DRAWS = 3
"""Texts of random words that stand beside one pair."""
