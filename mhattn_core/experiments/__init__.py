"""What must run networks to be measured, or reads what `attend` kept of one; the arithmetic is that of `measures`.

A study stands here once, for one pair of sentences as for many: `runs` gives it a corpus and intervals, a page a pair.
"""
