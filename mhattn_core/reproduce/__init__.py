"""Published tables as data, and what measures their numbers again."""
