"""Which heads of two models are counterparts."""
