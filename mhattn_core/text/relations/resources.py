"""What a run may be told beside the pairs: files for relations, and a pattern to look for."""

from hashlib import blake2b
from pathlib import Path

from mhattn_core.text.annotation import Resources
from mhattn_core.text.own_mask import read_mask
from mhattn_core.text.relations.sentiment import read_valence
from mhattn_core.text.relations.vectors import read_vectors


def read_resources(valence: Path | None = None, vectors: Path | None = None, mask: str = "") -> Resources:
    """A lexicon (see ``read_valence``) and vectors (see ``read_vectors``) from files, and a pattern (see ``read_mask``).
    Raises Problem where one is not what it should be.
    """
    read = {path: path.read_bytes() for path in (valence, vectors) if path}
    own = read_mask(mask) if mask else None
    told = [*read.values(), *([repr(own).encode()] if own else [])]
    name = blake2b(b"\0".join(told), digest_size=8).hexdigest() if told else ""
    return Resources(
        read_valence(valence.name, read[valence]) if valence else {},
        read_vectors(vectors.name, read[vectors]) if vectors else None,
        name,
        own,
    )
