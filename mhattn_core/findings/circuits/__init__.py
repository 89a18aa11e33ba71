"""What is said of heads by their weights alone."""
