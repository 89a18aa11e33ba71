"""What a head's weights alone say of it, in any network."""
