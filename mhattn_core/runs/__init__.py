"""Measuring many pairs: runs that resume, merge and are saved as tables."""
