"""A data set of the Hub in the upload panel, from a small stand-in for it on this machine."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_server import hub
from streamlit.testing.v1 import AppTest

TIMEOUT = 120


def panel() -> None:
    import streamlit as st

    from mhattn_core.ui.language import set_language
    from mhattn_core.ui.upload import upload_panel

    set_language()
    upload = upload_panel("mine")
    st.markdown(f"read: {len(upload.pairs) if upload else None}")


def opened() -> AppTest:
    return AppTest.from_function(panel, default_timeout=TIMEOUT).run()


def asked(app: AppTest, address: str) -> AppTest:
    app.text_input(key="mine-address").set_value(address)
    (button,) = (one for one in app.button if one.label.startswith("Take"))
    app = button.click().run()
    assert not app.exception, app.exception
    return app


def plain(markdown: str) -> str:
    return markdown.replace("\\", "")


def test_a_sample_is_on_the_list_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    file = tmp_path / "plain" / "train" / "0000.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(pa.table({"premise": ["The *cat* sat."] * 1200, "hypothesis": ["It sat."] * 1200}), file)
    with hub({"datasets/user/set": tmp_path}) as served:
        served.tags = ["license:mit"]
        monkeypatch.setenv("HF_ENDPOINT", served.address)
        app = asked(opened(), "hf://datasets/user/set/plain/train")
        assert any(part.value == "read: 1000" for part in app.markdown)
        assert not app.error
        assert app.selectbox(key="mine-chosen").value == "user-set-plain-train.parquet"
        assert any(
            "1,000 of 1,200 rows" in plain(part.value) and "licence: mit" in plain(part.value) for part in app.info
        )
    assert any(part.value == "read: 1000" for part in app.run().markdown)  # nothing is fetched again


def test_what_is_no_address_is_told() -> None:
    app = asked(opened(), "<b>glue</b>")
    assert "datasets/nyu" in app.error[0].value
    assert r"\<b\>" in app.error[0].value


def test_a_shared_copy_does_not_offer_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHATTN_HOSTED", "1")
    assert [tab.label for tab in opened().tabs] == ["A file", "Paste from a spreadsheet"]
