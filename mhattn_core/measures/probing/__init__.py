"""What can be read from a head's vectors."""
