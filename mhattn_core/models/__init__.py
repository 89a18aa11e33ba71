"""Models: the catalogue, and loading one from wherever it lies."""
