"""Running pairs through models and reading their attention, on tokens and on words."""
