"""Which heads are of known kinds, by what detectors say."""
