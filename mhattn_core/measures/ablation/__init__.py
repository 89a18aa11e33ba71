"""What heads that are off cost, from what a model gave with and without them."""
