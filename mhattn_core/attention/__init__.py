"""Running pairs through models and reading their attention, on tokens and on words."""

from mhattn_core.attention.attend import AttentionResult, attend

__all__ = ["AttentionResult", "attend"]
