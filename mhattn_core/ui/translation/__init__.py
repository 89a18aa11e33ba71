"""Translation: heads as word aligners."""
