"""In which type the weights of a network are held, by name."""

FLOAT32, AUTO = "float32", "auto"
HALVES = ("bfloat16", "float16")
DTYPES = (FLOAT32, *HALVES, AUTO)
"""Names that ``load`` takes; ``auto``: as in the model's files."""


def precision_of(revision: str) -> str:
    """The type that a revision names, as ``LoadOptions.suffix`` adds it; float32 is not named."""
    return next((name for name in HALVES if f"+{name}" in revision), FLOAT32)
