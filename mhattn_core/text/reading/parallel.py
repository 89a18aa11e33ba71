"""Pairs in files of their own: one with the first sentences, one with the second, perhaps one with links."""

from collections.abc import Mapping
from typing import Literal

import regex

from mhattn_core.errors import Problem
from mhattn_core.locale import _
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.pharaoh import Alignment, check, read_alignments
from mhattn_core.text.reading.decode import decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Bad, PairRecord, Upload, bad_rows
from mhattn_core.text.reading.source import Source, load

# Chinese and Japanese characters with their punctuation and full-width forms: no space is written beside them.
SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\uff00-\uffef]"
SPACE_BESIDE = regex.compile(rf"(?<={SPACELESS}) +| +(?={SPACELESS})")
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

    With ``given_cut`` the words are exactly what stands between spaces, so that gold links hold; a model is fed Chinese without these
    spaces. Lines belong together by their ids where both files have them, else by their place. ``base`` and ``swap``
    as in ``pharaoh.parse``. ``line`` is that of the first file. Raises Problem when the files do not have equally many lines.
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
    links, bad_links = _links(alignment_file, limits, base, swap)
    pairs: list[PairRecord] = []
    bad: list[Bad] = []
    for id_, (line, text) in limits.within(name, sources.items()):
        try:
            if id_ in bad_links:
                raise Problem(bad_links[id_], "")
            pairs.append(_record(id_, line, (text, targets[id_][1]), links.get(id_), given_cut, limits))
        except Problem as problem:
            bad.append((line, problem.happened))
    return Upload(name, "parallel", pairs, bad_rows(bad), encoding=encoding)


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
                    _("“{name}” uses the id “{id}” twice.").format(name=name, id=id_.strip()), _("Give each sentence an id of its own.")
                )
            if line.strip():
                sentences[id_.strip()] = (number, sentence.strip())
        return name, sentences, encoding
    return name, {str(number): (number, line.strip()) for number, line in enumerate(found, 1)}, encoding


def _links(file: Source | None, limits: Limits, base: Literal[0, 1], swap: bool) -> tuple[dict[str, Alignment], dict[str, str]]:
    if file is None:
        return {}, {}
    name, content = load(file, limits)
    read = read_alignments(lines(decode(name, content)[0]), base=base, swap=swap)
    return (
        {read.ids.get(line, str(line)): alignment for line, alignment in read.alignments.items()},
        {read.ids.get(line, str(line)): reason for line, reason in read.bad.items()},
    )


def _record(id_: str, line: int, texts: tuple[str, str], alignment: Alignment | None, given_cut: bool, limits: Limits) -> PairRecord:
    if not all(texts):
        raise Problem(_("One of its two sentences is empty."), "")
    if max(map(len, texts)) > limits.characters:
        raise Problem(
            _("It has {length} characters, at most {limit} are read.").format(length=max(map(len, texts)), limit=limits.characters), ""
        )
    pair = SentencePair(*texts)
    if given_cut:
        source, target = texts
        pair = SentencePair(SPACE_BESIDE.sub("", source), SPACE_BESIDE.sub("", target), tuple(source.split()), tuple(target.split()))
    if alignment:
        check(alignment, len(pair.a.words), len(pair.b.words))
    return PairRecord(id_, pair, line, alignment=alignment)
