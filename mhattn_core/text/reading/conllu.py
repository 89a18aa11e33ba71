"""Sentences with gold trees: CoNLL-U."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import conllu

from mhattn_core.errors import Problem
from mhattn_core.locale import _, listed
from mhattn_core.text.pair import SentencePair
from mhattn_core.text.reading.decode import check_characters, decode, lines
from mhattn_core.text.reading.limits import Limits
from mhattn_core.text.reading.records import Bad, GoldWord, PairRecord, Upload, bad_rows

COLUMNS = 10
ROOT = -1


def read_conllu(name: str, content: bytes, limits: Limits) -> Upload:
    """Each sentence alone, its words and their tree as the file gives them.

    The words are those that stand in the text. A multiword token is cut into its syntactic words where these spell it
    (``did`` + ``n't``); where they do not (``du`` for ``de`` + ``le``) it is one word, and takes the place in the tree
    of that part which is nearest to the root. Empty nodes (``8.1``) stand in no text and are left out. The text is ``#
    text``, else the words with spaces where ``SpaceAfter`` allows. A sentence whose words have no heads at all has no
    tree; one with a tree that is none (a circle, a word that is its own head, another number of roots than one) is told
    as bad.
    """
    text, encoding = decode(name, content)
    pairs: list[PairRecord] = []
    bad: list[Bad] = []
    taken: set[str] = set()
    begun: list[int] = []
    beside: Counter[str] = Counter()
    document = ""
    for line, block in limits.within(name, _blocks(lines(text))):
        if len(pairs) == limits.rows:
            raise limits.exceeded(
                _("“{name}” has more than {number} rows.").format(name=name, number=f"{limits.rows:,}")
            )
        begun.append(line)
        try:
            sentence = _parsed(block)
            document = sentence.metadata.get("newdoc id") or (f"{line}" if "newdoc" in sentence.metadata else document)
            record = _record(sentence, line, document, limits)
            if record.id in taken:
                raise Problem(_("Its id, “{id}”, has been used before.").format(id=record.id), "")
        except Problem as problem:
            bad.append((line, problem.happened))
        else:
            taken.add(record.id)
            pairs.append(record)
            beside += _beside_words(sentence)
    remarks = _remarks(pairs, beside)
    return Upload(
        name, "conllu", pairs, bad_rows(bad), encoding=encoding, separator="\t", remarks=remarks, lines=tuple(begun)
    )


def _beside_words(sentence: Any) -> Counter[str]:
    """What a sentence has beside its words and their tree, by kind, with its number."""
    signs = [token["id"][1] for token in sentence if isinstance(token["id"], tuple)]
    enhanced = any(token["deps"] for token in sentence)
    return Counter({"multiword": signs.count("-"), "empty": signs.count("."), "enhanced": int(enhanced)})


def _remarks(pairs: Sequence[PairRecord], beside: Counter[str]) -> tuple[str, ...]:
    says = {
        "bare": _("Sentences without a tree, since their words have no heads: {number}."),
        "multiword": _(
            "Multiword tokens: {number}. The words that are measured are those of the text: one whose parts do not "
            "spell it stays one word."
        ),
        "empty": _("Empty nodes, which stand in no text and are left out: {number}."),
        "enhanced": _("Sentences with an enhanced graph, of which only the basic tree is read: {number}."),
    }
    numbers = {"bare": sum(not record.tree for record in pairs), **beside}
    return tuple(say.format(number=f"{numbers[kind]:,}") for kind, say in says.items() if numbers.get(kind))


def _blocks(found: list[str]) -> Iterator[tuple[int, list[str]]]:
    """What stands between empty lines, with the line on which it begins."""
    block: list[str] = []
    for number, line in enumerate([*found, ""], 1):
        if line.strip():
            block.append(line)
        elif any(not row.startswith("#") for row in block):
            yield number - len(block), block
            block = []
        elif block:  # comments that stand alone belong to what follows
            block.append("#")


def _parsed(block: list[str]) -> Any:
    for row in block:
        if not row.startswith("#") and row.count("\t") != COLUMNS - 1:
            raise Problem(_("“{row}” does not have 10 cells with tabs between them.").format(row=row[:40]), "")
    try:
        sentences = conllu.parse("\n".join(row for row in block if row != "#") + "\n\n")
    except (conllu.exceptions.ParseException, ValueError) as error:
        raise Problem(_("It is not CoNLL-U: {error}").format(error=str(error)[:200]), "") from error
    return sentences[0]


def _record(sentence: Any, line: int, document: str, limits: Limits) -> PairRecord:
    tokens = [token for token in sentence if isinstance(token["id"], int)]
    if [token["id"] for token in tokens] != list(range(1, len(tokens) + 1)):
        raise Problem(_("Its words are not numbered 1, 2, 3 …"), "")
    is_tree = any(token["head"] is not None for token in tokens)
    if is_tree:
        _check_tree(tokens)
    ranges = [token for token in sentence if isinstance(token["id"], tuple) and token["id"][1] == "-"]
    groups = _groups(tokens, ranges)
    words = tuple(form for form, _chosen, _parts in groups)
    word_of = {token["id"]: place for place, (_form, _chosen, parts) in enumerate(groups) for token in parts} | {
        0: ROOT
    }
    tree = tuple(
        GoldWord(form, chosen["lemma"] or "", chosen["upos"] or "", word_of[chosen["head"]], chosen["deprel"] or "")
        for form, chosen, _parts in groups
        if is_tree
    )
    text = sentence.metadata.get("text") or _spelled(sentence)
    if len(text) > limits.characters:
        raise Problem(
            _("It has {length} characters, at most {limit} are read.").format(
                length=len(text), limit=limits.characters
            ),
            "",
        )
    check_characters("\n".join((text, *words)))
    pair = SentencePair(text, source_words=words)
    if len(pair.a.words) != len(words):
        raise Problem(_("Its words do not follow its text."), "")
    return PairRecord(sentence.metadata.get("sent_id") or str(line), pair, line, document, tree=tree)


def _check_tree(tokens: list[Any]) -> None:
    """Raises Problem, with the reason, where the heads make no tree with one root."""
    for token in tokens:
        if token["head"] is None or not 0 <= token["head"] <= len(tokens):
            raise Problem(_("“{word}” has no head in the sentence.").format(word=token["form"]), "")
        if token["head"] == token["id"]:
            raise Problem(_("“{word}” is its own head.").format(word=token["form"]), "")
    _check_circles(tokens)
    roots = [token["form"] for token in tokens if token["head"] == 0]
    if len(roots) > 1:
        raise Problem(_("It has {number} roots: {words}.").format(number=len(roots), words=listed(roots)), "")


def _check_circles(tokens: list[Any]) -> None:
    ends_at_root = {0}
    for token in tokens:
        way = {token["id"]}
        head = token["head"]
        while head not in ends_at_root:
            if head in way:
                raise Problem(_("Its heads go in a circle at “{word}”.").format(word=tokens[head - 1]["form"]), "")
            way.add(head)
            head = tokens[head - 1]["head"]
        ends_at_root |= way


def _groups(tokens: list[Any], ranges: list[Any]) -> list[tuple[str, Any, list[Any]]]:
    """The words that stand in the text: form, the syntactic word that gives the place in the tree, all syntactic words
    in it.
    """
    merged: dict[int, tuple[str, Any, list[Any]]] = {}
    for token in ranges:
        first, _sign, last = token["id"]
        parts = tokens[first - 1 : last]
        if "".join(part["form"] for part in parts) != token["form"]:
            merged[first] = (token["form"], min(parts, key=lambda part: _depth(part, tokens)), parts)
    groups: list[tuple[str, Any, list[Any]]] = []
    place = 1
    while place <= len(tokens):
        group = merged.get(place) or (tokens[place - 1]["form"], tokens[place - 1], [tokens[place - 1]])
        groups.append(group)
        place += len(group[2])
    return groups


def _depth(token: Any, tokens: list[Any]) -> int:
    """Steps to the root, or none where there is no tree."""
    steps = 0
    while token["head"]:
        token = tokens[token["head"] - 1]
        steps += 1
    return steps


def _spelled(sentence: Any) -> str:
    """The text put together from the forms, where no comment gives it."""
    covered = 0
    pieces: list[str] = []
    for token in sentence:
        if isinstance(token["id"], tuple):
            if token["id"][1] == ".":
                continue
            covered = token["id"][2]
        elif token["id"] <= covered:
            continue
        pieces += [token["form"], "" if (token["misc"] or {}).get("SpaceAfter") == "No" else " "]
    return "".join(pieces).strip()
