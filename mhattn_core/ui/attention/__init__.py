"""The page Attention: one head of each model in full, beside all heads of one."""
