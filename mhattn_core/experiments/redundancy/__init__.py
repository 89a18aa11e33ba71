"""How similar a model's heads are, on one pair, over many texts, and on random words."""
