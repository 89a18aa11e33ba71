"""What the card of a head shows: how far it looks, at which words, and its strongest sentences."""
