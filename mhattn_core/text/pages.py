"""The pages of the dashboard: how the menu calls them, and what they open on."""

from dataclasses import dataclass

from mhattn_core.locale import _


@dataclass(frozen=True)
class Entry:
    """A page in the menu. name: in English, which names its file; title: in the reader's language.

    menu: the drop-down that it stands in, empty for one of its own; listed: whether the menu has it, or only links lead
    to it.
    """

    name: str
    title: str
    menu: str = ""
    listed: bool = True


def entries() -> list[Entry]:
    """All pages in the order of the menu."""
    tasks, learn = _("Tasks"), _("Learn")
    return [
        Entry("Overview", _("Overview")),
        Entry("Head", _("Head card"), listed=False),
        Entry("Attention", _("Attention")),
        Entry("Inside a head", _("Inside a head"), listed=False),
        Entry("Fusion", _("Head contributions"), listed=False),
        Entry("Head roles", _("Specialisation")),
        Entry("Redundancy", _("Redundancy")),
        Entry("Fault tolerance", _("Ablation")),
        Entry("Compare models", _("Compare")),
        Entry("Translation", _("Translation"), tasks),
        Entry("Summarisation", _("Summarisation"), tasks),
        Entry("Runs", _("Data")),
        Entry("Home", _("The note in six chapters"), learn),
        Entry("Methods", _("Methods"), learn),
    ]


def page_title(name: str) -> str:
    """A page's name in the reader's language. Raises KeyError for a page that there is not."""
    return {entry.name: entry.title for entry in entries()}[name]


def feeds_pair(page: str) -> bool:
    """Whether a page shows nothing but what was made of the pair as it is fed; the others read it as a pair."""
    return page in {"Attention", "Inside a head", "Fusion", "Compare models"}


@dataclass(frozen=True)
class First:
    """What a page shows before the reader has chosen anything: names of models, and a pair of the gallery."""

    models: tuple[str, ...] = ("minilm", "minilm@random")
    pair: str = "cat-mat"


FIRST = {
    "Overview": First(("minilm", "smollm2")),
    "Translation": First(("marian-en-zh", "marian-zh-en"), "love-nlp"),
    "Summarisation": First(("smollm2",)),
    "Head": First(("minilm", "smollm2")),
    "Head roles": First(("minilm", "smollm2")),
    "Fusion": First(pair="fox"),
    "Redundancy": First(pair="keys"),
    "Compare models": First(("minilm", "minilm@random", "minilm@shuffled")),
    "Fault tolerance": First(("marian-zh-en", "marian-en-zh", "minilm"), "library"),
}


def first_shown(page: str) -> First:
    """What a page opens on."""
    return FIRST.get(page, First())


def reads_pair(page: str) -> bool:
    """Whether a page shows anything of the pair in the sidebar; the others read documents, files or nothing."""
    return page not in {"Overview", "Summarisation", "Runs", "Methods"}
