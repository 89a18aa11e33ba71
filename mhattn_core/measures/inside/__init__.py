"""One head taken apart, in its own numbers."""
