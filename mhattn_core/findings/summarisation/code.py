"""Python that gives the weights of a document and its summary again."""

import json

from mhattn_core.findings.of_pair import loading
from mhattn_core.findings.summarisation.document import DocumentInput
from mhattn_core.models.precision import FLOAT32

LONGEST_SHOWN = 300
FILE = "document.jsonl"
"""What a reader's own document is saved as."""
BETWEEN = "\n\n"


def python_lines(given: DocumentInput, name: str, dtype: str = FLOAT32) -> str:
    """Python that gives the same weights. A long document of the reader's own is read from the file that the page
    offers. dtype: of the model's weights.
    """
    imports = ["import mhattn_core as mh", "from mhattn_core.attention.segments import segment_weights"]
    if not given.summary:
        imports.append("from mhattn_core.attention.write_summary import write_summary")
    imports.append("from mhattn_core.measures.segments import lift")
    summary = f"cut({given.summary.text!r})" if given.summary else "cut(write_summary(model, document).text)"
    if given.id:
        imports.append("from mhattn_core.text.documents import documents")
        read = [f"one = documents()[{given.id!r}]", "document, summary = one.document, one.summary"]
    elif given.own and len(repr(given.document.segments)) > LONGEST_SHOWN:
        imports += [
            "from mhattn_core.text.documents import Document",
            "from mhattn_core.text.reading import read_summarised",
            "from mhattn_core.text.words import cut",
        ]
        read = [
            f"pair = read_summarised({FILE!r}).pairs[0].pair",
            f"document = Document(tuple(pair.source.split({BETWEEN!r})), {given.document.separator!r})",
            f"summary = {'cut(pair.target)' if given.summary else summary}",
        ]
    else:
        imports += ["from mhattn_core.text.documents import Document", "from mhattn_core.text.words import cut"]
        read = [
            f"document = Document({given.document.segments!r}, {given.document.separator!r})",
            f"summary = {summary}",
        ]
    end = ["found = segment_weights(model, document, summary)", "print(lift(found.weights, found.words).shape)"]
    return "\n".join([*imports, "", f"model = {loading(repr(name), dtype)}", *read, *end])


def saved(given: DocumentInput) -> bytes:
    """A table of one row, ``document`` and ``summary``, with an empty line between segments: the page takes it, and so
    do a run and Python.
    """
    row = {"document": BETWEEN.join(given.document.segments), "summary": given.summary.text}
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()
