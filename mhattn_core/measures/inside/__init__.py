"""One head taken apart: scores, and what they rank first."""
