"""The page Summarisation: opened, given a document, its buttons pressed, its lines run."""

from typing import Any

from reading import open_page
from streamlit.testing.v1 import AppTest

SEGMENT = ("row", "segment", "share", "lift")


def page(*names: str, lang: str = "en", tab: str = "heads", **state: Any) -> AppTest:
    models = {"models": list(names)} if names else {}
    return open_page("summarisation", state=models | state, lang=lang, tab=tab)


def html(app: AppTest) -> str:
    return "\n".join(str(part.proto.body) for part in app.get("html"))


def open_tab(app: AppTest, label: str, lang: str = "en") -> AppTest:
    app.session_state[f"tab-{lang}"] = label
    return app.run()


def typed(app: AppTest, document: str, summary: str) -> AppTest:
    app.query_params["from"] = "typed"
    app.run()
    app.text_area(key="typed-document").set_value(document)
    return app.text_area(key="typed-summary").set_value(summary).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.replace("\\", "").startswith(label)).click().run()


def weights_of(lines: str) -> Any:
    made: dict[str, Any] = {}
    exec(lines, made)  # noqa: S102 - our own lines, with the text as a literal
    return made["found"].weights
