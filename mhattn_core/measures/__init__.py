"""Pure functions of attention patterns."""
