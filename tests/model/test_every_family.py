"""Every architecture of transformers, tiny and random: read and equal to plain transformers, or refused. Run by hand:
-m slow.
"""

import json
import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from every_family import Outcome, outcome
from transformers import CONFIG_MAPPING

SECONDS = 120
BYTES = 8 << 30
SHARD, SHARDS = map(int, os.environ.get("MHATTN_SHARD", "0/1").split("/"))
ALLOWED = {"equal", "silent", "refused", "refused as plain", "unbuilt"}


def apart(model_type: str, folder: Path) -> Outcome:
    """In a process of its own, so that no family can take all memory or time; one that does cannot be built small."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(model_type, folder, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(SECONDS) else Outcome("unbuilt", f"not within {SECONDS} seconds")
    except EOFError:
        return Outcome("unbuilt", f"more than {BYTES >> 30} GiB")
    finally:
        process.kill()
        process.join()


def _work(model_type: str, folder: Path, answer: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    answer.send(outcome(model_type, folder))


@pytest.mark.slow
@pytest.mark.parametrize("model_type", list(CONFIG_MAPPING)[SHARD::SHARDS])
def test_a_family_is_read_as_plain_transformers_reads_it_or_refused(model_type: str, tmp_path: Path) -> None:
    """MHATTN_TABLE: a file that each outcome is appended to, a line of JSON; MHATTN_SHARD: such as 0/4, every fourth."""
    result = apart(model_type, tmp_path)
    if table := os.environ.get("MHATTN_TABLE"):
        with Path(table).open("a", encoding="utf-8") as file:
            file.write(json.dumps([model_type, result.kind, result.reason], ensure_ascii=False) + "\n")
    assert result.kind in ALLOWED, result.reason
