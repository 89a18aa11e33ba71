"""Whatever stands in the cells, writing a table and reading it gives the same pairs."""

import csv
import io
from xml.sax.saxutils import escape

import pandas as pd
from babel.messages.pofile import normalize
from hypothesis import given
from hypothesis import strategies as st

from mhattn_core import Problem
from mhattn_core.text.pharaoh import parse
from mhattn_core.text.reading import FORMATS, read_pairs, read_parallel

CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from('",;|\t\n中文'),
    min_size=1,
    max_size=30,
)
SENTENCES = CELLS.map(str.strip).filter(bool)
PAIRS = st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=70)
BREAKS = st.lists(
    st.tuples(*[st.text("ab 中\r\f\x85\u2028\u2029", max_size=12).map("x".__add__)] * 2), min_size=2, max_size=9
)
LINKS = st.frozensets(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=12)


def texts(name: str, content: bytes) -> list[tuple[str, str]]:
    upload = read_pairs((name, content))
    assert upload.bad.empty, upload.bad
    return [(record.pair.source, record.pair.target) for record in upload.pairs]


@given(PAIRS, st.sampled_from([",", ";", "|", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_separated_text(pairs: list[tuple[str, str]], separator: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("source", "target"), *pairs])
    assert texts("x.csv", file.getvalue().encode(encoding)) == pairs


@given(PAIRS)
def test_json_lines_and_parquet(pairs: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(pairs, columns=["source", "target"])
    file = io.BytesIO()
    frame.to_parquet(file)
    assert texts("x.parquet", file.getvalue()) == pairs
    assert texts("x.jsonl", frame.to_json(orient="records", lines=True, force_ascii=False).encode()) == pairs


ONE_LINE = SENTENCES.map(lambda text: " ".join(text.split()))
"""Line breaks of XML are white space."""


@given(st.lists(st.tuples(ONE_LINE, ONE_LINE), min_size=1, max_size=9), st.sampled_from(["utf-8", "utf-16"]))
def test_translation_memories_and_xliff(pairs: list[tuple[str, str]], encoding: str) -> None:
    safe = [(escape(source), escape(target)) for source, target in pairs]
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{source}</seg></tuv><tuv xml:lang="de"><seg>{target}</seg></tuv></tu>'
        for source, target in safe
    )
    assert texts("x.tmx", f'<tmx><header srclang="en"/><body>{units}</body></tmx>'.encode(encoding)) == pairs
    units = "".join(
        f'<trans-unit id="{number}"><source>{source}</source><target>{target}</target></trans-unit>'
        for number, (source, target) in enumerate(safe)
    )
    assert texts("x.xlf", f"<xliff><file><body>{units}</body></file></xliff>".encode(encoding)) == pairs


@given(PAIRS)
def test_catalogues(pairs: list[tuple[str, str]]) -> None:
    catalogue = "".join(
        f'#. a comment\n#: a.c:{number}\nmsgid ""\n{normalize(source)}\nmsgstr {normalize(target)}\n\n'
        for number, (source, target) in enumerate(pairs)
    )
    assert texts("x.po", catalogue.encode()) == pairs


@given(BREAKS)
def test_files_of_their_own_are_read_line_by_line_as_their_bytes_are(rows: list[tuple[str, str]]) -> None:
    left, right = ("\n".join(column).encode() + b"\n" for column in zip(*rows, strict=True))
    upload = read_parallel(("a", left), ("b", right), given_cut=False)
    written = list(zip(left.split(b"\n")[:-1], right.split(b"\n")[:-1], strict=True))
    assert len(upload.pairs) == len(rows)
    for record in upload.pairs:
        assert (record.pair.source, record.pair.target) == tuple(
            line.decode().strip() for line in written[record.line - 1]
        )


@given(st.binary(max_size=400), st.sampled_from(FORMATS))
def test_any_bytes_are_read_or_refused(content: bytes, suffix: str) -> None:
    try:
        upload = read_pairs(("x" + suffix, content))
    except Problem:
        return
    assert all(record.pair.source for record in upload.pairs)


@given(st.text(max_size=200), st.sampled_from([".csv", ".tsv", ".txt", ".jsonl", ".conllu", ".po", ".tmx"]))
def test_any_text_is_read_or_refused(text: str, suffix: str) -> None:
    content = text.encode(errors="replace")
    try:
        upload = read_pairs(("x" + suffix, content))
    except Problem:
        return
    lines = [record.line for record in upload.pairs]
    assert lines == sorted(set(lines))
    assert not set(lines) & set(upload.bad["line"])


@given(LINKS, LINKS)
def test_links_read_as_written(sure: frozenset[tuple[int, int]], possible: frozenset[tuple[int, int]]) -> None:
    text = " ".join([f"{i}-{j}" for i, j in sure] + [f"{i}p{j}" for i, j in possible])
    assert parse(text).sure == sure
    assert parse(text).possible == sure | possible
    turned = parse(text, swap=True)
    assert turned.possible == {(j, i) for i, j in parse(text).possible}
