"""Files that relations may be told beside the pairs."""

from hashlib import blake2b
from pathlib import Path

from mhattn_core.text.annotation import Resources
from mhattn_core.text.relations.sentiment import read_valence
from mhattn_core.text.relations.vectors import read_vectors


def read_resources(valence: Path | None = None, vectors: Path | None = None) -> Resources:
    """A lexicon (see ``read_valence``) and vectors (see ``read_vectors``) from files. Raises Problem where one is not
    what it should be.
    """
    read = {path: path.read_bytes() for path in (valence, vectors) if path}
    name = blake2b(b"\0".join(read.values()), digest_size=8).hexdigest() if read else ""
    return Resources(
        read_valence(valence.name, read[valence]) if valence else {},
        read_vectors(vectors.name, read[vectors]) if vectors else None,
        name,
    )
