"""Fault tolerance: what breaks without a head."""
