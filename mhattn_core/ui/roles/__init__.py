"""Head roles: which head does what, and how sure we are."""
