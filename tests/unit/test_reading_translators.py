"""Files of translators: TMX, XLIFF, PO, two files of lines, and what is packed with gzip."""

import gzip
from pathlib import Path

import pytest

from mhattn_core import Problem
from mhattn_core.text.reading import Limits, Upload, read_pairs, read_parallel
from mhattn_core.text.reading.moses import as_one, pack


def read(name: str, text: str, **options: object) -> Upload:
    return read_pairs((name, text.encode()), **options)  # type: ignore[arg-type]


def texts(upload: Upload) -> list[tuple[str, str]]:
    return [(record.pair.source, record.pair.target) for record in upload.pairs]


def reasons(upload: Upload) -> dict[int, str]:
    return dict(zip(upload.bad["line"], upload.bad["reason"], strict=True))


def tmx(body: str, header: str = 'srclang="de"', before: str = "") -> str:
    return f'<?xml version="1.0"?>\n{before}<tmx version="1.4"><header {header}/><body>\n{body}</body></tmx>\n'


MEMORY = tmx(
    '<tu tuid="7"><tuv xml:lang="en-GB"><seg>The <bpt i="1">&lt;b&gt;</bpt>red<ept i="1">&lt;/b&gt;</ept> cat</seg></tuv>'
    '<tuv xml:lang="de"><seg>Die <hi>rote</hi>\n Katze<ph>\\n<sub>no word</sub></ph></seg></tuv></tu>\n'
    '<tu>\n<tuv lang="de"><seg>Nur deutsch &amp; gut</seg></tuv></tu>\n'
    '<tu><tuv xml:lang="en-GB"><seg>only English</seg></tuv></tu>\n'
)


def test_a_memory_is_read_from_its_source_language_without_codes_of_formatting() -> None:
    upload = read("x.tmx", MEMORY)
    assert texts(upload) == [("Die rote Katze", "The red cat"), ("Nur deutsch & gut", "")]
    assert [(record.id, record.line) for record in upload.pairs] == [("1", 3), ("2", 5)]  # not all have an id
    assert reasons(upload) == {7: "It has no source text."}
    assert upload.columns.found == ("id", "de", "en-GB")


def test_other_languages_of_a_memory_can_be_chosen() -> None:
    body = "<tu>" + "".join(f'<tuv xml:lang="{code}"><seg>{code}!</seg></tuv>' for code in ("en", "zh", "fr")) + "</tu>"
    assert texts(read("x.tmx", tmx(body, 'srclang="*all*"'))) == [("en!", "zh!")]
    assert texts(read("x.tmx", tmx(body), columns={"target": "fr"})) == [("en!", "fr!")]
    assert any("3 languages" in remark for remark in read("x.tmx", tmx(body)).remarks)


def test_two_languages_without_a_common_name_are_both_sides() -> None:
    body = '<tu><tuv xml:lang="qaa"><seg>one</seg></tuv><tuv xml:lang="tlh"><seg>two</seg></tuv></tu>'
    assert texts(read("x.tmx", tmx(body, 'srclang="TLH"'))) == [("two", "one")]


XLIFF_1 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a.html"><body>
<trans-unit id="1"><source>A <g id="1">red <x id="2"/>cat</g><bpt id="3">&lt;i&gt;</bpt>.</source>
<seg-source><mrk mtype="seg">A red cat.</mrk></seg-source><target>Eine rote Katze.</target>
<alt-trans><source>A dog</source><target>Ein Hund</target></alt-trans></trans-unit>
<group><trans-unit id="2"><source>Not yet</source></trans-unit></group></body></file>
<file original="b.html"><body><trans-unit id="1"><source>Yes</source><target>Ja</target></trans-unit></body></file></xliff>
"""
XLIFF_2 = """<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en" trgLang="fr">
<file id="f"><unit id="u"><notes><note>no text</note></notes>
<mtc:matches xmlns:mtc="x"><mtc:match ref="#1"><source>Other</source><target>Autre</target></mtc:match></mtc:matches>
<segment><source>It <pc id="1">rains</pc><ph id="2"/>.</source><target>Il pleut.</target></segment>
<ignorable><source> </source></ignorable>
<segment id="s"><source>It pours.</source><target>Il tombe des cordes.</target></segment></unit></file></xliff>
"""


def test_units_of_xliff_1() -> None:
    upload = read("x.xlf", XLIFF_1)
    assert texts(upload) == [("A red cat.", "Eine rote Katze."), ("Not yet", ""), ("Yes", "Ja")]
    assert [record.id for record in upload.pairs] == ["a.html/1", "a.html/2", "b.html/1"]
    assert [record.document for record in upload.pairs] == ["a.html", "a.html", "b.html"]
    assert [record.line for record in upload.pairs] == [2, 5, 6]
    assert "without a translation" in upload.remarks[0]


def test_segments_of_xliff_2() -> None:
    upload = read("x.xliff", XLIFF_2)
    assert texts(upload) == [("It rains.", "Il pleut."), ("It pours.", "Il tombe des cordes.")]
    assert [(record.id, record.line) for record in upload.pairs] == [("u", 4), ("u/2", 6)]


CATALOGUE = """msgid ""
msgstr ""
"Plural-Forms: nplurals=6; nonsense;\\n"
"POT-Creation-Date: never\\n"

#, fuzzy
msgid "Perhaps"
msgstr "Vielleicht?"

#: a.py:3
msgctxt "menu"
msgid "Open"
" the \\"file\\""
msgstr "Datei öffnen"

msgid "Open"
" the \\"file\\""
msgstr "Datei aufmachen"

msgid "a cat"
msgid_plural "cats"
msgstr[0] "eine Katze"
msgstr[1] "Katzen"
msgstr[2] "viele Katzen"

msgid "new"
msgstr ""

#~ msgid "old"
#~ msgstr "alt"
"""


def test_messages_of_a_catalogue() -> None:
    upload = read("x.po", CATALOGUE)
    assert texts(upload) == [
        ('Open the "file"', "Datei öffnen"),
        ('Open the "file"', "Datei aufmachen"),
        ("a cat", "eine Katze"),
        ("new", ""),
    ]
    assert [record.line for record in upload.pairs] == [12, 16, 20, 26]
    assert list(reasons(upload)) == [7]
    assert "fuzzy" in reasons(upload)[7]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x.po", CATALOGUE + '\nmsgid "good"\nmsgstr "gut"\n\nnonsense here\nmsgid "more"\nmsgstr "mehr"\n', 35),
        ("x.tmx", MEMORY.replace("</body>", "</tu>"), 8),
        ("x.xlf", XLIFF_1.replace("</xliff>", "<&"), 6),
    ],
)
def test_a_file_that_is_broken_somewhere_gives_what_stands_above(name: str, text: str, line: int) -> None:
    upload = read(name, text)
    assert len(upload.pairs) >= 2
    assert "From here on" in reasons(upload)[line]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
FETCH = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'


@pytest.mark.parametrize("declared", [LAUGHS, FETCH])
def test_entities_are_refused(declared: str) -> None:
    with pytest.raises(Problem, match="entities"):
        read("x.tmx", tmx('<tu><tuv xml:lang="de"><seg>&a;</seg></tuv></tu>', before=declared))
    content = f'<?xml version="1.0"?>{declared}<d><table name="T"><table-row><table-cell><p>&a;</p></table-cell></table-row></table></d>'
    with pytest.raises(Problem, match="damaged"):
        read_pairs(("x.ods", pack({"content.xml": content.encode()})))


def test_the_dtd_of_the_format_itself_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "tmx14.dtd").write_text('<!ENTITY a "fetched">')
    before = f'<!DOCTYPE tmx SYSTEM "{tmp_path}/tmx14.dtd">\n'
    assert "fetched" not in str(read("x.tmx", tmx('<tu><tuv xml:lang="de"><seg>x &a;</seg></tuv></tu>', before=before)))
    assert texts(read("x.tmx", tmx('<tu><tuv xml:lang="de"><seg>Ja</seg></tuv></tu>', before=before))) == [("Ja", "")]


@pytest.mark.parametrize("encoding", ["iso-8859-7", "utf-16", "gb18030"])
def test_the_encoding_that_an_xml_file_declares_is_believed(encoding: str) -> None:
    source = {"iso-8859-7": "Καλημέρα", "utf-16": "Grüße", "gb18030": "你好"}[encoding]
    text = tmx(f'<tu><tuv xml:lang="de"><seg>{source}</seg></tuv><tuv xml:lang="en"><seg>x</seg></tuv></tu>')
    declared = text.replace('version="1.0"', f'version="1.0" encoding="{encoding.upper()}"')
    assert texts(read_pairs(("x.tmx", declared.encode(encoding)))) == [(source, "x")]


def test_gzip_is_unpacked_wherever_text_is_read() -> None:
    def packed(text: str) -> bytes:
        return gzip.compress(text.encode())

    assert texts(read_pairs(("x.tsv.gz", packed("a\tb\nc\td\n")))) == [("a", "b"), ("c", "d")]
    assert texts(read_parallel(("x.en.gz", packed("a\nb\n")), ("x.de", b"c\nd\n"))) == [("a", "c"), ("b", "d")]
    with pytest.raises(Problem, match="unpacked"):
        read_pairs(("x.csv.gz", packed("a,b\n" * 500_000)), limits=Limits(expanded=1_000_000))
    with pytest.raises(Problem, match="damaged"):
        read_pairs(("x.csv.gz", packed("a,b\n" * 500_000)[:-100]))
    with pytest.raises(Problem, match=r"x\.tar"):
        read_pairs(("x.tar.gz", packed("a")))


def test_two_files_in_one_archive() -> None:
    files = {"README": b"about", "B.de-en.en": b"yes\nno\n", "B.de-en.de": b"ja\nnein\n", "LICENSE": b"free"}
    upload = read_pairs(("B.zip", pack(files)))
    assert texts(upload) == [("ja", "yes"), ("nein", "no")]
    assert (upload.name, upload.format) == ("B.zip", "moses")
    for others in ({"x.en": b"a\n"}, {"a.en": b"a\n", "b.de": b"b\n"}, {"x.exe": b"a\n", "x.bat": b"b\n"}):
        with pytest.raises(Problem, match="two files"):
            read_pairs(("x.zip", pack(others)))
    with pytest.raises(Problem, match="unpacked"):
        read_pairs(("x.zip", pack({"x.en": b"a\n" * 9000, "x.de": b"b\n" * 9000})), limits=Limits(expanded=20_000))


def test_two_files_of_any_name_are_one_in_the_order_in_which_they_were_given() -> None:
    first, second = ("train.src", b"ja\nnein\n"), ("other.en.gz", gzip.compress(b"yes\nno\n"))
    for files, expected in (((first, second), ("ja", "yes")), ((second, first), ("yes", "ja"))):
        upload = read_pairs(as_one(*files))
        assert texts(upload)[0] == expected
        assert upload.name == f"{files[0][0]} + {files[1][0]}.zip"
    with pytest.raises(Problem, match="do not belong together"):
        read_pairs(as_one(first, ("x.en", b"yes\n")))
