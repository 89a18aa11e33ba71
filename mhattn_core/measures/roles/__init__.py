"""Which head does what: links between words, whether heads find them, and how sure that is."""
