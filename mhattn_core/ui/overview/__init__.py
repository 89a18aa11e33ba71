"""The page that opens: all heads of several models."""
