"""A needle in a haystack: what a causal model answers, and which heads look at the words that it takes over."""
