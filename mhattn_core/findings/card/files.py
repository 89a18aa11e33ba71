"""A card as a file that needs no network: one page of HTML with drawings inside, PDF, or JSON."""

import json
from html import escape
from io import BytesIO
from pathlib import Path

from mhattn_core.charts.save import chart_bytes
from mhattn_core.errors import Problem
from mhattn_core.findings.card.value import Card, each_once
from mhattn_core.findings.markdown import plain
from mhattn_core.findings.short import ShortNames
from mhattn_core.findings.value import Finding
from mhattn_core.locale import _, current_language, listed
from mhattn_core.version import VERSION

FORMATS = ("html", "pdf", "json")
STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem;color:#1f1f1f}"
    "svg{max-width:100%;height:auto}table{border-collapse:collapse;font-size:13px}td,th{padding:1px 10px 1px 0;"
    "text-align:left}small{color:#595959}section{margin:1.6rem 0}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
ROWS = 40
"""Rows of a finding's numbers that stand in the page; JSON has all."""


def save_card(card: Card, path: str | Path) -> Path:
    """Write a card (.html .pdf .json); the file's ending says which. Raises Problem for another."""
    path = Path(path)
    path.write_bytes(card_bytes(card, path.suffix.removeprefix(".").lower()))
    return path


def card_bytes(card: Card, format_: str) -> bytes:
    """A card as the content of a file; see ``save_card``."""
    if format_ not in FORMATS:
        raise Problem(
            _("A card cannot be saved as “{format}”.").format(format=format_),
            _("Choose one of: {names}.").format(names=listed(FORMATS)),
        )
    return {"html": _page, "pdf": _pdf, "json": _json}[format_](card)


def body(card: Card) -> str:
    """The card as HTML that runs no script: its lines, and a section a finding with its drawing and its numbers."""
    lines = "".join(
        f"<tr><td>{escape(str(line.what))}</td><td><b>{escape(str(line.value))}</b></td></tr>"
        for line in card.lines.itertuples()
    )
    sections = "".join(_section(finding) for finding in card.findings.values())
    missing = "".join(
        f"<p><small>{escape(f'{problem.happened} {problem.remedy}')}</small></p>" for problem in each_once(card.missing)
    )
    return f"<h1>{escape(card.head.name)}</h1><table>{lines}</table>{sections}{missing}<p><small>{_origin(card)}</small></p>"


def _section(finding: Finding) -> str:
    finding = finding.short()
    picture = chart_bytes(finding.chart, "svg", note=finding.source).decode()
    numbers = finding.table.head(ROWS).to_html(index=False, border=0, float_format="{:.4g}".format, na_rep="")
    reading = f"{plain(finding.reading)} · {finding.evidence}"
    return (
        f"<section><p>{escape(plain(finding.sentence))}</p>{picture}<p><small>{escape(reading)}</small></p>"
        f"<details><summary>{escape(_('Table'))}</summary>{numbers}</details></section>"
    )


def _page(card: Card) -> bytes:
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(card.head.name)}</title><style>{STYLE}</style>'
    )
    return (
        f'<!DOCTYPE html><html lang="{current_language()}"><head>{head}</head><body>{body(card)}</body></html>'.encode()
    )


def _json(card: Card) -> bytes:
    told = {
        "head": card.head._asdict(),
        "lines": card.lines.to_dict("records"),
        "findings": [
            {
                "name": name,
                "sentence": plain(finding.sentence),
                "reading": plain(finding.reading),
                "pairs": finding.pairs,
                "code": finding.code,
                "table": json.loads(finding.table.to_json(orient="records", double_precision=6)),
            }
            for name, finding in card.findings.items()
        ],
        "missing": {name: problem.happened for name, problem in card.missing.items()},
        "source": card.source,
        "version": VERSION,
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _pdf(card: Card) -> bytes:
    """A page a finding, the sentence as the drawing's title."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for finding in card.findings.values():
        names = ShortNames.among(finding.models)
        titled = finding.draw().properties(title=_wrapped(plain(finding.short().sentence)))
        drawn = chart_bytes(names.chart(titled), "pdf", note=finding.source)
        writer.add_page(PdfReader(BytesIO(drawn)).pages[0])
    writer.add_metadata({"/Title": card.head.name, "/Subject": card.source, "/Creator": f"mhattn {VERSION}"})
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def _wrapped(sentence: str, columns: int = 90) -> list[str]:
    from textwrap import wrap

    return wrap(sentence, columns)


def _origin(card: Card) -> str:
    return escape(f"{card.source} · mhattn {VERSION}")
