"""The page of one head beside another."""
