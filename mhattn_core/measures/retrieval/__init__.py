"""Which heads carry words over from where they are asked for in a long text."""
