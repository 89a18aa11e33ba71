"""A small file of each format to begin with."""

import gzip
import io
from xml.sax.saxutils import escape

import openpyxl
import pandas as pd

from mhattn_core.text.reading.moses import pack

ROWS = pd.DataFrame(
    [
        (
            "cat",
            "The kitten sits on the windowsill.",
            "小猫坐在窗台上。",
            "home",
            "The kitten sits on the windowsill .",
            "小猫 坐 在 窗台 上 。",
            "0p0 1-0 2-1 3-2 4p3 5-3 5p4 6-5",
        ),
        ("rain", 'The rain stopped, and the children cried "Out!"', "雨停了，孩子们喊：“出去！”", "home", "", "", ""),
        ("lamp", "Turn off the lamp before you leave.", "离开前请关灯。", "office", "", "", ""),
        ("alone", "This sentence has no second one.", "", "office", "", "", ""),
    ],
    columns=["id", "source", "target", "document", "source_words", "target_words", "alignment"],
)
TREES = """# newdoc id = home
# sent_id = door
# text = She didn't close the door.
1	She	she	PRON	_	_	4	nsubj	_	_
2-3	didn't	_	_	_	_	_	_	_	_
2	did	do	AUX	_	_	4	aux	_	_
3	n't	not	PART	_	_	4	advmod	_	_
4	close	close	VERB	_	_	0	root	_	_
5	the	the	DET	_	_	6	det	_	_
6	door	door	NOUN	_	_	4	obj	_	SpaceAfter=No
7	.	.	PUNCT	_	_	4	punct	_	_

# sent_id = dog
# text = 小狗追着球。
1	小狗	小狗	NOUN	_	_	2	nsubj	_	SpaceAfter=No
2	追	追	VERB	_	_	0	root	_	SpaceAfter=No
3	着	着	AUX	_	_	2	aux	_	SpaceAfter=No
4	球	球	NOUN	_	_	2	obj	_	SpaceAfter=No
5	。	。	PUNCT	_	_	2	punct	_	SpaceAfter=No

"""
SIDES = (("en", "source"), ("zh", "target"))
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
XML = {
    "tmx": (
        DECLARATION
        + '<tmx version="1.4">\n<header srclang="en" datatype="plaintext" segtype="sentence" adminlang="en" '
        'creationtool="mhattn" creationtoolversion="1" o-tmf="none"/>\n<body>\n',
        '<tu tuid="{id}">\n<tuv xml:lang="en"><seg>{source}</seg></tuv>\n<tuv xml:lang="zh"><seg>{target}</seg></tuv>\n'
        "</tu>\n",
        '<tu tuid="{id}"><tuv xml:lang="en"><seg>{source}</seg></tuv></tu>\n',
        "</body>\n</tmx>\n",
    ),
    "xliff": (
        DECLARATION + '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">\n'
        '<file original="pairs" source-language="en" target-language="zh" datatype="plaintext">\n<body>\n',
        '<trans-unit id="{id}">\n<source>{source}</source>\n<target>{target}</target>\n</trans-unit>\n',
        '<trans-unit id="{id}">\n<source>{source}</source>\n</trans-unit>\n',
        "</body>\n</file>\n</xliff>\n",
    ),
}
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
ODS = (
    f'{DECLARATION}<office:document-content xmlns:office="{OASIS}office:1.0" xmlns:table="{OASIS}table:1.0" '
    f'xmlns:text="{OASIS}text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
    '<table:table table:name="Pairs">',
    "<table:table-row>{}</table:table-row>",
    "</table:table></office:spreadsheet></office:body></office:document-content>",
)
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
MANIFEST = (
    f'{DECLARATION}<manifest:manifest xmlns:manifest="{OASIS}manifest:1.0" manifest:version="1.2">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def samples() -> dict[str, bytes]:
    """By file name, the same pairs in each format; those of translators leave out all but the sentences, .conllu holds
    trees instead.
    """
    parquet = io.BytesIO()
    ROWS.to_parquet(parquet, index=False)
    lines = [f"{source} ||| {target}" for source, target in zip(ROWS["source"], ROWS["target"], strict=True)]
    return {
        "pairs.csv": ROWS.to_csv(index=False).encode("utf-8-sig"),  # the mark tells Excel that it is UTF-8
        "pairs.tsv": ROWS.to_csv(index=False, sep="\t").encode(),
        "pairs.jsonl": ROWS.to_json(orient="records", lines=True, force_ascii=False).encode(),
        "pairs.xlsx": _workbook(),
        "pairs.parquet": parquet.getvalue(),
        "pairs.txt": ("\n".join(lines) + "\n").encode(),
        "pairs.json": ROWS.to_json(orient="records", force_ascii=False, indent=1).encode(),
        "pairs.ods": _ods(),
        "pairs.csv.gz": gzip.compress(ROWS.to_csv(index=False).encode(), mtime=0),
        "pairs.zip": pack(
            {f"pairs.en-zh.{side}": "\n".join(ROWS[field][:-1]).encode() + b"\n" for side, field in SIDES}
        ),
        "pairs.tmx": _xml("tmx"),
        "pairs.xliff": _xml("xliff"),
        "pairs.po": _po().encode(),
        "trees.conllu": TREES.encode(),
    }


def _xml(template: str) -> bytes:
    begin, unit, without, end = XML[template]
    rows = (dict(zip(ROWS.columns, map(escape, row), strict=True)) for row in ROWS.itertuples(index=False, name=None))
    return "".join([begin, *((unit if row["target"] else without).format(**row) for row in rows), end]).encode()


def _po() -> str:
    rows = zip(ROWS["source"], ROWS["target"], strict=True)
    units = (f"msgid {_quoted(source)}\nmsgstr {_quoted(target)}\n" for source, target in rows)
    return "\n".join(('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n', *units))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ods() -> bytes:
    rows = [list(ROWS.columns), *ROWS.itertuples(index=False)]
    cells = ("".join(CELL.format(escape(cell)) for cell in row) for row in rows)
    begin, row, end = ODS
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    table = "".join([begin, *map(row.format, cells), end])
    return pack(
        {"mimetype": mimetype.encode(), "META-INF/manifest.xml": MANIFEST.encode(), "content.xml": table.encode()}
    )


def _workbook() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in [list(ROWS.columns), *ROWS.itertuples(index=False)]:
        sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
