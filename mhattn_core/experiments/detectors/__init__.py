"""Known kinds of heads looked for in a model, on random tokens that repeat and on a corpus."""
