"""No message goes untranslated."""

import re
from pathlib import Path
from threading import Thread

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from mhattn_core import locale
from mhattn_core.locale import _, close_up, listed, stated, use_language

ROOT = Path(__file__).parents[2]


def messages() -> set[str]:
    found = set()
    for folder in (ROOT / "mhattn_core", ROOT / "pages", ROOT):
        for name, _line, message, _comments, _context in extract_from_dir(
            folder, keywords={"_": None}, method_map=[("**.py", "python")]
        ):
            if folder != ROOT or name == "dashboard.py":
                found.add(message)
    return found


def test_every_message_has_a_chinese_one_with_the_same_fields() -> None:
    with (ROOT / "mhattn_core/locale/zh/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    translated = {message.id: message for message in catalogue if message.id}
    assert messages() == set(translated)
    for message in translated.values():
        assert message.string, message.id
        assert not message.fuzzy, message.id
        assert sorted(re.findall(r"{\w+", message.string)) == sorted(re.findall(r"{\w+", message.id)), message.id


def test_languages_of_two_threads_do_not_meet() -> None:
    said: list[str] = []

    def say_in_chinese() -> None:
        use_language("zh")
        said.append(_("weight"))

    thread = Thread(target=say_in_chinese)
    thread.start()
    thread.join()
    assert said == ["权重"]
    assert _("weight") == "weight"
    assert locale.current_language() == "en"


def test_lists_and_what_is_said_of_something_have_the_marks_of_the_language() -> None:
    assert listed(["minilm", 2]) == "minilm, 2"
    assert listed(["a, b", "c"], "; ") == "a, b; c"
    assert stated("role", "subject") == "role: subject"
    try:
        use_language("zh")
        assert listed(["minilm", 2]) == "minilm、2"
        assert listed(["a、b", "c"], "; ") == "a、b；c"
        assert stated("作用", "主语") == "作用：主语"
    finally:
        use_language("en")


def test_between_chinese_sentences_there_is_no_space() -> None:
    assert close_up("看自己。 看名词： minilm。  \n下一行，a b") == "看自己。看名词：minilm。  \n下一行，a b"
    assert close_up("Looks at itself. Then: no.") == "Looks at itself. Then: no."


def test_no_list_for_people_is_joined_by_hand() -> None:
    """What is joined by a comma in a message is joined by the language's own mark."""
    sources = [(path, path.read_text(encoding="utf-8")) for path in (ROOT / "mhattn_core").rglob("*.py")]
    assert not [str(path) for path, text in sources if re.search(r"\.format\([^()]*\"[,;] \"\.join", text)]
