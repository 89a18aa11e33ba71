"""Heads as word aligners, read off models against gold."""
