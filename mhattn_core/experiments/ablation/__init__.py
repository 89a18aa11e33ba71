"""What breaks when heads are switched off, over many sentences or for one pair."""
