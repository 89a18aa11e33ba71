"""Imports point one way: a room imports only rooms below it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).parents[2] / "mhattn_core"
# From the ground up. A room may import its own files and any room on an earlier line.
FLOORS = [
    {"hosted"},
    {"compiled_rows", "digits", "errors", "heads", "locale", "once", "version"},
    {"unforeseen"},
    {"text", "tap", "arrays"},
    {"models"},
    {"attention"},
    {"measures"},
    {"experiments"},
    {"runs"},
    {"visitors", "reproduce"},
    {"charts"},
    {"findings", "bench"},
    {"ui"},
    {"cli"},
]
# What runs networks, or reads what they did; measures know arrays only.
OF_NETWORKS = {"tap", "models", "attention"}
# What only some rooms may import.
ONLY_IN = {
    "streamlit": {"ui"},
    "torch": {"arrays", "tap", "models", "attention", "measures", "experiments", "runs", "reproduce", "bench"},
    "altair": {"charts", "findings", "ui"},
    "numba": {"compiled_rows"},
}


def imports() -> Iterator[tuple[str, str, str]]:
    """Room, file and imported module of every import inside mhattn_core."""
    for path in CORE.rglob("*.py"):
        room = path.relative_to(CORE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                yield room, str(path), node.module or ""
            elif isinstance(node, ast.Import):
                yield from ((room, str(path), alias.name) for alias in node.names)


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


# What a run is asked for in a notebook, ``run.head(…)`` and ``run.findings()``, is said upstairs.
ASKED_UPSTAIRS = {("runs/run.py", "mhattn_core.findings")}


def test_no_arrow_runs_back() -> None:
    for room, path, module in imports():
        if (str(Path(path).relative_to(CORE)), module) in ASKED_UPSTAIRS:
            continue
        if room in {"__init__", "__main__"} or not module.startswith("mhattn_core."):
            continue
        imported = module.split(".")[1]
        assert imported == room or floor(imported) < floor(room), f"{path} imports {module}"


def test_measures_are_functions_of_arrays() -> None:
    for room, path, module in imports():
        package, _dot, inside = module.partition(".")
        is_of_networks = package == "mhattn_core" and inside.partition(".")[0] in OF_NETWORKS
        assert room != "measures" or not is_of_networks, f"{path} imports {module}: its room is experiments"


def test_libraries_stay_in_their_rooms() -> None:
    for room, path, module in imports():
        library = module.split(".")[0]
        assert library not in ONLY_IN or room in ONLY_IN[library], f"{path} imports {module}"


def test_no_code_from_models_and_no_pickles() -> None:
    for path in CORE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "trust_remote_code=True" not in source
        assert "import pickle" not in source


def test_the_library_holds_no_script_but_its_command_line() -> None:
    scripts = [path.name for path in CORE.rglob("*.py") if '__name__ == "__main__"' in path.read_text(encoding="utf-8")]
    assert scripts == ["__main__.py"]


def test_the_root_shows_just_these() -> None:
    visible = {path.name for path in CORE.parent.iterdir() if not path.name.startswith((".", "__"))}
    assert visible - {"runs"} == {"README.md", "requirements.txt", "dashboard.py", "pages", "mhattn_core", "tests"}


def test_what_the_sidebar_holds_is_read_without_it() -> None:
    """The sidebar draws evidence, runs are begun from what it holds: neither may lead back to it."""
    readers = [path for _room, path, module in imports() if module == "mhattn_core.ui.sidebar"]
    assert {Path(path).name for path in readers} <= {"__init__.py", "upload.py", "own_sentence.py", "sentences.py"}


def test_the_bare_library_is_imported_without_what_runs_networks() -> None:
    """A terminal that asks for help, a notebook's first line: neither waits for torch."""
    asked = "import sys, mhattn_core as mh; print({'torch', 'pandas', 'altair'} & set(sys.modules), 'load' in dir(mh))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=CORE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "True"]


def test_what_a_run_says_needs_no_network() -> None:
    """Tables are read and drawn in the time that pandas and Altair take to start."""
    asked = (
        "import sys, mhattn_core as mh; run = mh.Run.open('ewt-dev'); "
        "print(len(mh.all_findings(run)) > 20, 'L10 H1' in run.head('smollm2', 'decoder', 10, 1).text, "
        "mh.finding(run, 'overview').figure('screen').to_dict() != {}, "
        "{'torch', 'transformers', 'spacy', 'streamlit'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=CORE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True", "set()"], done.stdout


def test_the_first_page_is_drawn_without_a_network() -> None:
    """A visitor of a cold server does not wait for torch, nor for what only some texts and studies need."""
    asked = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        "app = AppTest.from_file('pages/overview.py', default_timeout=300).run(); "
        "print(len(app.exception), len(app.get('vega_lite_chart')) > 0, {'torch', 'spacy', 'jieba', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=CORE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "True", "set()"], done.stdout


def test_pages_of_tables_and_the_first_page_wait_for_no_network() -> None:
    """Whatever else these pages import; what runs a network is imported when one is asked for."""
    names = (
        "claim_",
        "overview.",
        "head.",
        "measure_",
        "difference_",
        "matching.",
        "training_",
        "attention.",
        "roles.",
        "redundancy.",
    )
    modules = ", ".join(f"mhattn_core.ui.{name}panel" for name in names)
    modules += ", mhattn_core.ui.redundancy.shares, mhattn_core.ui.runs.opened, mhattn_core.ui.runs.compared"
    modules += ", mhattn_core.ui.runs.watch, mhattn_core.ui.runs.new"
    asked = f"import sys, {modules}; print({{'torch', 'transformers', 'spacy'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=CORE.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()"], done.stdout
