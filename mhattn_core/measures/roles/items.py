"""One packed bit an item and head: the table from which selection, splits, intervals and examples are all read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Shaped

from mhattn_core.errors import ShapeError
from mhattn_core.measures.roles.links import NO_WORD, Questions

COLUMNS = ("id", "fold", "relation", "direction", "query", "key", "shuffled", "hits", "shuffled_hits", "rule_hits")


def item_table(
    questions: Questions,
    hit: Shaped[np.ndarray, "question head"],
    shuffled_hit: Shaped[np.ndarray, "question head"],
    rule_hit: Shaped[np.ndarray, "question rule"],
    *,
    ids: Sequence[str],
    folds: Sequence[int],
    relations: Sequence[str],
) -> pd.DataFrame:
    """The items of one stack, a row a question: columns ``COLUMNS``, as a run's ``items.parquet``.

    hit, shuffled_hit: bool ``[question, head]``, the heads of all layers, layer by layer. rule_hit: bool ``[question,
    rule]``, see ``rule_hits``. ids, folds: of the pairs; relations: names of the relations, both by the numbers that
    the questions carry. ``query`` is the word at which is asked, ``key`` the right one.
    Raises ShapeError when questions and bits disagree.
    """
    rows = [len(bits) for bits in (hit, shuffled_hit, rule_hit)]
    if set(rows) != {len(questions.asked)}:
        raise ShapeError(f"{len(questions.asked)} questions have {rows} rows of bits")
    names = np.array(relations, dtype=object)
    return pd.DataFrame(
        {
            "id": np.array(ids, dtype=object)[questions.pair],
            "fold": np.array(folds, dtype=np.int16)[questions.pair],
            "relation": names[questions.relation],
            "direction": questions.direction,
            "query": questions.asked.astype(np.int16),
            "key": questions.answer.astype(np.int16),
            "shuffled": questions.shuffled.astype(np.int16),
            "hits": packed(hit),
            "shuffled_hits": packed(shuffled_hit),
            "rule_hits": packed(rule_hit),
        }
    )[list(COLUMNS)]


def packed(bits: Shaped[np.ndarray, "item head"]) -> list[bytes]:
    """Rows of bits ``[item, head]`` as bytes, eight heads each; the first head is the highest bit."""
    rows = np.ascontiguousarray(np.packbits(bits, axis=1))
    # One field of so many bytes a row: NumPy makes the list itself.
    return rows.view(f"V{rows.shape[1]}")[:, 0].tolist() if rows.size else [b""] * len(rows)


def unpacked(rows: Sequence[bytes], heads: int) -> Bool[np.ndarray, "item {heads}"]:
    """The bits back, bool ``[item, head]``. Raises ShapeError when the rows are not of that many heads."""
    width = -(-heads // 8)
    if set(map(len, rows)) - {width}:
        raise ShapeError(f"rows of {len(rows[0])} bytes are not of {heads} heads")
    flat = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), width)
    return np.unpackbits(flat, axis=1, count=heads).astype(bool)


def can_be_shuffled(items: pd.DataFrame) -> Bool[np.ndarray, " item"]:
    """bool ``[item]``: whether there is another right word in the same text to put in this one's place."""
    return items["shuffled"].to_numpy() != NO_WORD
