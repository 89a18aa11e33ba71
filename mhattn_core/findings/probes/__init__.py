"""What can be read off the queries, keys and values of heads by a linear rule."""
