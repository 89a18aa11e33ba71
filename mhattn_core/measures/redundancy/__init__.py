"""How alike heads are: distances between them, what noise gives, groups, and the nearest ones."""
