"""Needles in haystacks: whether a model finds them, and which heads look them up."""
