"""Inside a head: a weight taken apart."""
