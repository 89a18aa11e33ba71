"""What each head adds to words: measured on one pair of sentences."""
