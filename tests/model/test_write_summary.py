"""What a model writes about a document: of which part of it, and how it is told."""

from contextlib import suppress
from pathlib import Path

import pytest
from cases import family_named, model_of
from loaded import loaded
from tiny import put_model, put_translator

import mhattn_core as mh
from mhattn_core.attention.write_summary import write_summary
from mhattn_core.errors import Problem
from mhattn_core.text.documents import Document

DOCUMENT = Document(("The cat sits on the mat", "It was tired.", "A child is playing football in the park."))


@pytest.fixture(scope="module")
def translator() -> mh.Model:
    return loaded("marian-en-zh")


def test_a_translator_writes_by_its_own_settings(translator: mh.Model) -> None:
    told: list[float] = []
    written = write_summary(translator, DOCUMENT, longest=100, tell=told.append)
    inputs = translator.tokenizer("\n".join(DOCUMENT.segments), return_tensors="pt")
    alone = translator.tokenizer.decode(
        translator.network.generate(**inputs, max_new_tokens=100)[0], skip_special_tokens=True
    )
    assert written.text == " ".join(alone.split())
    assert written.complete
    assert [part.segment for part in written.read] == [0, 1, 2]
    assert told == sorted(told)
    assert 0 < told[-1] < 1


def test_a_limit_ends_the_text_and_is_told(translator: mh.Model) -> None:
    written = write_summary(translator, DOCUMENT, longest=5)
    assert not written.complete
    assert len(written.text) < len(write_summary(translator, DOCUMENT, longest=100).text)


def test_a_long_document_is_written_about_by_its_first_window(translator: mh.Model) -> None:
    written = write_summary(translator, DOCUMENT, longest=5, window=24)
    assert written.read[0].segment == 0
    assert written.read[-1].segment < 2


@pytest.mark.parametrize("family", ["bart", "t5", "m2m_100", "mbart"])
def test_translators_of_every_family_can_be_asked(family: str, tmp_path: Path) -> None:
    told: list[float] = []
    with suppress(Problem):  # a random model may write nothing but special tokens
        write_summary(
            mh.load(str(put_translator(tmp_path, family)), device="cpu"), DOCUMENT, longest=6, tell=told.append
        )
    assert told


def test_a_causal_model_reads_the_document_first() -> None:
    told: list[float] = []
    with suppress(Problem):
        write_summary(model_of(family_named("llama")), DOCUMENT, longest=4, tell=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_what_is_raised_while_it_is_told_ends_the_work(translator: mh.Model) -> None:
    class Stopped(Exception):
        pass

    def stop(_share: float) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        write_summary(translator, DOCUMENT, longest=6, tell=stop)


def test_an_encoder_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="does not write"):
        write_summary(mh.load(str(put_model(tmp_path / "bert")), device="cpu"), DOCUMENT)
