"""What a card counts apart, and how much of it is kept."""

TEXTS = 5000
"""Most pairs that are read: what a card needs of each is kept until all are read, 72 bytes a head."""
BINS = (0, 1, 2, 4, 8, 16, 32, 64)
"""The largest distance in words of each bin; one more holds all that lies farther."""
LINKS = 6
"""Links of a pair that are kept to draw it small: of the words that look most sharply, each with the word it looks at
most.
"""
NO_LINK = -1.0
"""The weight where a pair has fewer."""
TOP = 30
"""Words that are kept by mass, and by lift, on each side."""
BANDS, OF_EACH = 5, 2
"""Bands of strength, the strongest first, and sentences that are kept of each."""


def bin_names() -> tuple[str, ...]:
    """``0``, ``1``, ``2``, ``3–4``, …, ``65+``."""
    lowest = [end + 1 for end in BINS]
    inner = [str(end) if start == end else f"{start}–{end}" for start, end in zip(lowest, BINS[1:], strict=False)]
    return (str(BINS[0]), *inner, f"{lowest[-1]}+")
