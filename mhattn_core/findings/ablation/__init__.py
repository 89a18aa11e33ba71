"""What breaks when heads are switched off."""
