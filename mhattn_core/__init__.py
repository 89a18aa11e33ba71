"""mhattn: compare the attention heads of Hugging Face models."""

from mhattn_core.attention import Seen, attend
from mhattn_core.errors import Problem
from mhattn_core.models import Model, catalogue, load
from mhattn_core.text.pair import SentencePair

__all__ = ["Model", "Problem", "Seen", "SentencePair", "attend", "catalogue", "load"]
