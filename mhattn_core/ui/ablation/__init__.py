"""Ablation: what breaks without a head."""
