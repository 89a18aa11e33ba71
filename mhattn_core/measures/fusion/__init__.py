"""What each head adds: how long, in which direction, and what comes of it."""
