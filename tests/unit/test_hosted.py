"""A copy for everybody: how it is told that it is one, and what its messages keep to themselves."""

import pytest

from mhattn_core.errors import Problem
from mhattn_core.hosted import hosted, without_folders
from mhattn_core.text.feeding import MOST_NEW_TOKENS, MOST_WHEN_HOSTED, Feeding, most_new_tokens
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading import PairRecord, Upload
from mhattn_core.text.reading.limits import HOSTED, Limits, limits
from mhattn_core.text.reading.records import bad_rows
from mhattn_core.unforeseen import foreseen
from mhattn_core.visitors.begin import MOST_WRITTEN, check_size

SAID = "HF_TOKEN=hf_secret in the environment"


@pytest.mark.parametrize(("given", "is_one"), [("1", True), ("true", True), ("True ", True), ("0", False), ("", False)])
def test_the_environment_says_so(given: str, is_one: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", given)
    assert hosted() is is_one
    assert limits() == (HOSTED if is_one else Limits())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The disk of “/home/user/.cache/mhattn/runs/7f” is full.", "The disk of “7f” is full."),
        ("no file '/srv/app/a.py', line 3", "no file 'a.py', line 3"),
        (r"“C:\Users\somebody\runs\mine” cannot be written", "“mine” cannot be written"),
        ("[Errno 2] /tmp/x/model.safetensors and /tmp/x/y", "[Errno 2] model.safetensors and y"),
        ("https://huggingface.co/owner/name and owner/name, 1/2, and/or", None),
        ("SPD/KPD/DVP: 3 km/h", None),
    ],
)
def test_a_shared_copy_names_no_folder(said: str, shown: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert without_folders(said) == said
    assert Problem(said, said, said).happened == said
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    problem = Problem(said, said, said)
    expected = said if shown is None else shown
    assert (problem.happened, problem.stands, problem.remedy) == (expected, expected, expected)
    assert str(problem) == f"{expected} {expected} {expected}"


@pytest.mark.unforeseen
def test_what_nobody_foresaw_is_told_by_its_kind_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def happened() -> str:
        with pytest.raises(Problem) as caught, foreseen("m"):
            raise KeyError(SAID)
        return caught.value.happened

    assert "hf_secret" in happened()
    assert "hf_secret" in caplog.text
    caplog.clear()
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    told = happened() + caplog.text
    assert "KeyError" in told
    assert __file__ in caplog.text
    assert "secret" not in told


def test_a_shared_copy_lets_models_write_less(monkeypatch: pytest.MonkeyPatch) -> None:
    def brought(number: int, how: str) -> Upload:
        pairs = [PairRecord(str(line), SentencePair("a", feeding=Feeding(how)), line) for line in range(number)]
        return Upload("pairs.csv", "csv", pairs, bad_rows([]))

    check_size(brought(MOST_WRITTEN + 1, "generated"))
    assert most_new_tokens() == MOST_NEW_TOKENS
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    assert most_new_tokens() == MOST_WHEN_HOSTED
    check_size(brought(MOST_WRITTEN + 1, "pair"))
    check_size(brought(MOST_WRITTEN, "generated"))
    with pytest.raises(Problem, match="lets models write for up to 100 pairs"):
        check_size(brought(MOST_WRITTEN + 1, "generated"))
