"""One head in full: the findings that its card is made of."""
