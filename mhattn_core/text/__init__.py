"""Sentences: pairs of them, their words, the word grid, the gallery and the note's claims."""
