"""How the random texts are made on which induction heads are told: so many tokens, so many times, so many texts."""

PERIOD, REPEATS = 25, 4
TEXTS = 16
