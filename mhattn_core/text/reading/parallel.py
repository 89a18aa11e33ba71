"""Pairs in files of their own: one with the first sentences, one with the second, perhaps one with links."""

from collections.abc import Mapping
from typing import Literal

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.decode import check_characters, decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.links import attach_links
from mhattn_core.text.reading.records import Bad, PairRecord, Upload, bad_rows
from mhattn_core.text.reading.source import Source, load
from mhattn_core.text.reading.spaced import as_written

Sentences = Mapping[str, tuple[int, str]]
"""By id, or by number of the line where there are no ids: the line and the sentence."""


def read_parallel(
    source_file: Source,
    target_file: Source,
    alignment_file: Source | None = None,
    *,
    given_cut: bool = True,
    base: Literal[0, 1] = 0,
    swap: bool = False,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> Upload:
    """Read two files with one sentence a line (or an id, a tab and the sentence), and a third with their links.

    With ``given_cut`` the words are exactly what stands between spaces, so that gold links hold; a model is fed Chinese
    without these spaces. Lines end at LF, as ``wc`` counts them; they belong together by their ids where files have
    them, else by their place.
    ``base`` and ``swap`` as in ``pharaoh.parse``. ``line`` is that of the first file. Raises Problem when the files,
    that of links among them, do not have equally many lines.
    """
    name, sources, encoding = _sentences(source_file, limits)
    target_name, targets, _encoding = _sentences(target_file, limits)
    if sources.keys() != targets.keys():
        raise Problem(
            _("“{source}” ({left} lines) and “{target}” ({right} lines) do not belong together line by line.").format(
                source=name, target=target_name, left=len(sources), right=len(targets)
            ),
            _("Give two files in which the same line, or the same id before a tab, is the same sentence."),
        )
    pairs: list[PairRecord] = []
    bad: list[Bad] = []
    for id_, (line, text) in limits.within(name, sources.items()):
        try:
            pairs.append(PairRecord(id_, _pair((text, targets[id_][1]), given_cut, limits), line))
        except Problem as problem:
            bad.append((line, problem.happened))
    lines_of_pairs = tuple(line for line, _text in sources.values())
    upload = Upload(name, "parallel", pairs, bad_rows(bad), encoding=encoding, lines=lines_of_pairs)
    return attach_links(upload, alignment_file, base=base, swap=swap, limits=limits) if alignment_file else upload


def _sentences(file: Source, limits: Limits) -> tuple[str, Sentences, str]:
    name, content = load(file, limits)
    text, encoding = decode(name, content)
    found = lines(text)
    if all("\t" in line for line in found if line.strip()):
        sentences = {}
        for number, line in enumerate(found, 1):
            id_, _tab, sentence = line.partition("\t")
            if id_.strip() in sentences:
                raise Problem(
                    _("“{name}” uses the id “{id}” twice.").format(name=name, id=id_.strip()),
                    _("Give each sentence an id of its own."),
                )
            if line.strip():
                sentences[id_.strip()] = (number, sentence.strip())
        return name, sentences, encoding
    return name, {str(number): (number, line.strip()) for number, line in enumerate(found, 1)}, encoding


def _pair(texts: tuple[str, str], given_cut: bool, limits: Limits) -> SentencePair:
    if not all(texts):
        raise Problem(_("One of its two sentences is empty."), "")
    if max(map(len, texts)) > limits.characters:
        raise Problem(
            _("It has {length} characters, at most {limit} are read.").format(
                length=max(map(len, texts)), limit=limits.characters
            ),
            "",
        )
    for text in texts:
        check_characters(text)
    source, target = texts
    if given_cut:
        return SentencePair(as_written(source), as_written(target), tuple(source.split()), tuple(target.split()))
    return SentencePair(source, target)
