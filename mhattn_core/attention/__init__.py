"""Running pairs through models and reading their attention, on tokens and on words."""

from mhattn_core.attention.attend import Seen, attend
from mhattn_core.attention.word_grid import WordGrid

__all__ = ["Seen", "WordGrid", "attend"]
