"""What patterns known heads would have, how much of a head's weight lies there, and from when on a head is called so."""
