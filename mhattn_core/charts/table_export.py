"""A table as a file: CSV that a spreadsheet may open, Parquet, LaTeX."""

from io import BytesIO
from typing import Any

import pandas as pd

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.version import VERSION

TABLES = ("csv", "parquet", "tex")
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "\n": " ",
        "\r": " ",
        "\t": " ",
        **{sign: "\\" + sign for sign in "&%$#_{}"},
    }
)


def table_bytes(table: pd.DataFrame, format_: str, *, note: str = "") -> bytes:
    """A table as the content of a file; ``note`` and this version go along where the format has a place for them.

    csv: UTF-8 with its mark, so that Excel reads Chinese; text that a spreadsheet would take for a formula gets an
    apostrophe
    in front, numbers stay numbers. parquet: values as they are. tex: a ``tabular`` for booktabs, three decimals.
    Raises Problem for another format.
    """
    origin = " · ".join(part for part in (note, f"mhattn {VERSION}") if part)
    if format_ == "csv":
        return _csv(table)
    if format_ == "parquet":
        return _parquet(table, origin)
    if format_ == "tex":
        return _latex(table, origin).encode()
    raise Problem(
        _("A table cannot be saved as “{format}”.").format(format=format_),
        _("Choose one of: {formats}.").format(formats=listed(TABLES)),
    )


def _csv(table: pd.DataFrame) -> bytes:
    written: bytes = (
        table.map(_harmless).rename(columns=_harmless).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
    )
    return written


def _harmless(cell: Any) -> Any:
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _parquet(table: pd.DataFrame, origin: str) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = pa.Table.from_pandas(table, preserve_index=False)
    file = BytesIO()
    parquet.write_table(
        columns.replace_schema_metadata({**(columns.schema.metadata or {}), b"mhattn": origin.encode()}), file
    )
    return file.getvalue()


def _latex(table: pd.DataFrame, origin: str) -> str:
    written = table.map(_in_latex).rename(columns=_in_latex).to_latex(index=False, float_format="%.3f", na_rep="--")
    return "\n".join(
        ["% " + origin.replace("\n", " "), r"% \usepackage{booktabs}; for Chinese text \usepackage{ctex}", written]
    )


def _in_latex(cell: Any) -> Any:
    return cell.translate(LATEX) if isinstance(cell, str) else cell
