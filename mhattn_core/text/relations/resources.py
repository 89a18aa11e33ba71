"""What a run may be told beside the pairs: files for relations, a pattern to look for, and words to replace."""

from hashlib import blake2b
from pathlib import Path

from mhattn_core.text.annotation import Resources
from mhattn_core.text.own_mask import read_mask
from mhattn_core.text.perturb import read_replacements
from mhattn_core.text.relations.sentiment import read_valence
from mhattn_core.text.relations.vectors import read_vectors


def read_resources(
    valence: Path | None = None, vectors: Path | None = None, mask: str = "", synonyms: Path | None = None
) -> Resources:
    """A lexicon (see ``read_valence``), vectors (see ``read_vectors``) and synonyms (see ``read_replacements``) from
    files, and a pattern (see ``read_mask``). Raises Problem where one is not what it should be.
    """
    read = {path: path.read_bytes() for path in (valence, vectors, synonyms) if path}
    own = read_mask(mask) if mask else None
    told = [*read.values(), *([repr(own).encode()] if own else [])]
    name = blake2b(b"\0".join(told), digest_size=8).hexdigest() if told else ""
    return Resources(
        read_valence(valence.name, read[valence]) if valence else {},
        read_vectors(vectors.name, read[vectors]) if vectors else None,
        name,
        own,
        read_replacements(synonyms.name, read[synonyms]) if synonyms else {},
    )
