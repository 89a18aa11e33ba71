"""What became of heads while a network was trained."""
