"""Data sets of the Hub by their ids, from a small stand-in for it on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_server import CONVERTED, Hub, hub
from tiny import put_model
from typer.testing import CliRunner

import mhattn_core as mh
from mhattn_core.cli import command
from mhattn_core.findings.reproduce import command_line_of_run, python_of_run
from mhattn_core.runs import store
from mhattn_core.runs.saved_inputs import read_given
from mhattn_core.text.reading import HOSTED, Limits, Upload, read_pairs
from mhattn_core.text.reading.dataset import named, origin_of

ROWS, FILES, IN_GROUP = 1_000_000, 5, 1000


def write(path: Path, table: pa.Table, in_group: int = IN_GROUP) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, row_group_size=in_group)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("MHATTN_HOSTED", raising=False)
    folder, main = tmp_path / "converted", tmp_path / "main"
    main.mkdir()
    with hub({"datasets/user/set@refs/convert/parquet": folder, "datasets/user/set": main}) as server:
        server.tags = ["task:x", "license:cc-by-4.0"]
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


@pytest.fixture
def folder(served: Hub) -> Path:
    return served.repositories["datasets/user/set@refs/convert/parquet"]


def put(folder: Path, config: str, **columns: list[object]) -> None:
    write(folder / config / "train" / "0000.parquet", pa.table(columns))


def read(config: str, **options: object) -> Upload:
    return read_pairs(f"hf://datasets/user/set/{config}/train", **options)  # type: ignore[arg-type]


def first(upload: Upload) -> tuple[str, str]:
    return upload.pairs[0].pair.source, upload.pairs[0].pair.target


def test_500_of_a_million_rows_are_taken_without_reading_all(served: Hub, folder: Path) -> None:
    numbers = pd.Series(range(ROWS)).astype(str)
    table = pa.table({"premise": "The cat sat, " + numbers, "hypothesis": "No cat sat, " + numbers})
    each = ROWS // FILES
    for part in range(FILES):
        write(folder / "big" / "train" / f"{part:04}.parquet", table.slice(part * each, each))
    upload = read("big", sample=500)
    whole = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    print(f"{served.sent:,} of {whole:,} bytes")  # noqa: T201
    assert served.sent < 0.1 * whole
    assert len(upload.pairs) == 500
    assert upload.bad.empty
    for record in upload.pairs:
        assert record.pair.source == f"The cat sat, {record.line - 1}"
        assert record.pair.target == f"No cat sat, {record.line - 1}"
        assert record.id == str(record.line)
    spread = pd.Series([record.line for record in upload.pairs])
    assert spread.is_monotonic_increasing
    assert len(set(spread // each)) == FILES
    origin = upload.origin
    assert origin
    assert (origin.rows, origin.groups, origin.all_groups) == (ROWS, 32, ROWS // IN_GROUP)
    assert {record.line for record in read("big", sample=100).pairs} < {*spread}


def test_a_small_split_is_sampled_evenly_and_a_smaller_one_is_whole(folder: Path) -> None:
    write(folder / "small" / "train" / "0000.parquet", pa.table({"text": [f"row {n}" for n in range(3000)]}), 100)
    lines = pd.Series([record.line for record in read("small", sample=300).pairs])
    assert len(lines) == 300
    assert (lines - 1).floordiv(1000).value_counts().between(70, 130).all()  # 100 each, within 4 sd
    put(folder, "tiny", text=["one", "two"])
    assert [record.pair.source for record in read("tiny").pairs] == ["one", "two"]


def test_shapes_of_well_known_data_sets_have_their_columns(folder: Path) -> None:
    one = pa.table({"premise": ["A cat."], "hypothesis": ["A pet."], "label": [1], "idx": [7]})
    features = {"label": {"_type": "ClassLabel", "names": ["entailment", "neutral"]}, "idx": {"dtype": "int32"}}
    told = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    write(folder / "mnli" / "train" / "0000.parquet", one.replace_schema_metadata(told))
    assert first(read("mnli")) == ("A cat.", "A pet.")
    assert read("mnli").pairs[0].label == "neutral"

    put(folder, "qqp", question1=["Who?"], question2=["What?"], label=[0], idx=[0])
    assert first(read("qqp")) == ("Who?", "What?")
    put(folder, "qnli", question=["Who sat?"], sentence=["The cat sat."], label=[0], idx=[0])
    assert first(read("qnli")) == ("Who sat?", "The cat sat.")
    put(folder, "sst2", idx=[0], sentence=["A fine film."], label=[1])
    assert first(read("sst2")) == ("A fine film.", "")
    put(folder, "sts", split=["train"], sentence1=["A cat."], sentence2=["A dog."], score=[1.5])
    assert first(read("sts")) == ("A cat.", "A dog.")
    put(folder, "opus", id=["9"], translation=[{"de": "Ja.", "en": "Yes."}])
    assert first(read("opus")) == ("Ja.", "Yes.")
    assert read("opus").pairs[0].id == "9"
    answers = [{"text": ["The cat"], "answer_start": [0]}]
    put(folder, "squad", id=["q"], title=["Cats"], context=["The cat sat."], question=["Who sat?"], answers=answers)
    assert first(read("squad")) == ("Who sat?", "The cat sat.")
    assert read("squad").pairs[0].document == "Cats"
    hypothesis = [{"language": ["ar", "en"], "translation": ["نعم", "Yes."]}]
    put(folder, "xnli", premise=[{"ar": "قط", "en": "A cat."}], hypothesis=hypothesis, label=[0])
    chosen = {"source": "premise.en", "target": "hypothesis.en"}
    assert first(read("xnli", columns=chosen)) == ("A cat.", "Yes.")


def test_columns_that_do_not_tell_are_named_and_pictures_are_not_fetched(served: Hub, folder: Path) -> None:
    put(folder, "own", morning=["Hi."], evening=["Bye."], picture=[b"x" * 1_000_000], shots=[[{"bytes": b"y"}]])
    upload = read("own")
    assert (upload.pairs, upload.columns.found) == ([], ("id", "morning", "evening"))
    assert first(read("own", columns={"source": "evening"})) == ("Bye.", "")
    assert served.sent < 200_000


def test_a_run_keeps_where_its_pairs_come_from(served: Hub, folder: Path, tmp_path: Path) -> None:
    put(folder, "mini", source=["The cat sat.", "Rain fell."], target=["It slept.", "It was wet."])
    model = str(put_model(tmp_path / "tiny"))
    address = f"hf://datasets/user/set@{CONVERTED}/mini/train"
    run = mh.analyze([model], "hf://datasets/user/set/mini/train", out=tmp_path / "run")
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    assert (manifest["dataset"], manifest["licence"]) == (address, "cc-by-4.0")
    assert run.manifest.pairs == 2
    columns = {"source": "source", "target": "target", "id": "id"}
    assert f"mh.read_pairs('{address}', sample=2, columns={columns})" in python_of_run(run.manifest, "Runs")
    assert f"{address} --sample 2 --columns source=source,target=target,id=id" in command_line_of_run(run.manifest)
    given = [
        "analyze",
        address,
        "--model",
        model,
        "--out",
        str(tmp_path / "again"),
        "--sample",
        "2",
        "--columns",
        run.manifest.columns,
    ]
    told = CliRunner().invoke(command, given)
    assert told.exit_code == 0, told.exception
    assert "cc-by-4.0" in told.stderr
    assert mh.Run.open(tmp_path / "again").id == run.id


def test_a_run_of_the_dashboard_keeps_it_too(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_RUNS", str(tmp_path / "runs"))
    put(folder, "mini", source=["The cat sat."])
    upload = read("mini")
    saved = store.create("mine", ("minilm",), ("basic",), upload)
    assert (saved.about.source, saved.about.licence) == (f"hf://datasets/user/set@{CONVERTED}/mini/train", "cc-by-4.0")
    again = read_given(saved.folder)
    assert again
    assert (again.origin, again.columns.used) == (upload.origin, upload.columns.used)


def test_what_is_not_there_is_told(served: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "mini", source=["The cat sat."])
    with pytest.raises(mh.Problem, match="no split") as told:
        read("maxi")
    assert "mini/train" in told.value.remedy
    with pytest.raises(mh.Problem, match="no dataset"):
        read_pairs("hf://datasets/user/nothing/mini/train")
    with pytest.raises(mh.Problem, match="no revision"):
        read_pairs("hf://datasets/user/set@v9/mini/train")
    with pytest.raises(mh.Problem, match="unpacked"):
        read("mini", limits=Limits(expanded=10))
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    with pytest.raises(mh.Problem, match="shared"):
        read("mini", limits=HOSTED)
    monkeypatch.delenv("MHATTN_HOSTED")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(mh.Problem, match="could not be downloaded") as told:
        read("mini")
    assert "HF_ENDPOINT" in told.value.remedy


def test_without_a_conversion_the_authors_own_files_are_read(served: Hub) -> None:
    main = served.repositories["datasets/user/set"]
    del served.repositories["datasets/user/set@refs/convert/parquet"]
    write(main / "data" / "train-00000-of-00001.parquet", pa.table({"source": ["one"]}))
    write(main / "more" / "train-00000-of-00001.parquet", pa.table({"source": ["two"]}))
    assert first(read("default")) == ("one", "")
    assert first(read("more")) == ("two", "")


def test_the_beginning_of_a_large_split_is_called_so(folder: Path) -> None:
    put(folder, "huge", source=["one"])
    assert "beginning" not in read("huge").remarks[0]
    (folder / "huge" / "train").rename(folder / "huge" / "partial-train")
    upload = read("huge")
    assert first(upload) == ("one", "")
    assert "only the beginning" in upload.remarks[0]


def test_addresses() -> None:
    web = named("https://huggingface.co/datasets/nyu-mll/glue/viewer/mrpc/train?row=3")
    assert str(web) == "hf://datasets/nyu-mll/glue/mrpc/train"
    assert str(named(Path("hf://datasets/a/b@1f/c/d"))) == "hf://datasets/a/b@1f/c/d"
    for other in (
        "hf://datasets/a/b",
        "hf://datasets/a/b/c",
        "hf://datasets/a/b/c/*",
        "a/b/c/d",
        "hf://datasets/a/../c/d",
    ):
        with pytest.raises(mh.Problem, match="address"):
            named(other)


@pytest.mark.parametrize("told", [b"", b"[", b'{"numbers": 3}', b'{"numbers": [1]}', b"[" * 9999])
def test_an_origin_that_is_none_is_passed_over(told: bytes) -> None:
    assert origin_of({b"mhattn.origin": told}, 1) is None
