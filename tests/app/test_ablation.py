"""Ablation, as a person meets it, without a browser."""

import re
from typing import Any

import numpy as np
import pytest
from ablation_page import faults
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

import mhattn_core as mh
from mhattn_core.findings.ablation.vote import elections, hardest
from mhattn_core.models.catalogue import entries
from mhattn_core.text.gallery import gallery

TABS = {
    "bench": "Ablate heads",
    "heads": "Ablation effect per head",
    "patching": "Patching",
    "safe": "Similar = replaceable?",
    "curve": "Ablation curve",
    "vote": "Do other heads compensate?",
}


def written(app: AppTest) -> str:
    return "\n".join(block.proto.body for block in app.get("html") if "mh-before-after" in block.proto.body)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", list(TABS))
def test_the_page_opens_in_both_languages(lang: str, tab: str) -> None:
    app = open_page("fault_tolerance", lang=lang, tab=tab)
    assert not app.exception
    assert not app.error
    assert specs(app)
    if lang == "zh":
        names = r"`[^`]*`|:\w+-badge\[:\S+|(marian-\w+-\w+|minilm)(@random|@shuffled)?|L\d+ H\d+|encoder|decoder|cross|(?<!\*)\*[A-Za-z. ]+\*(?!\*)|ablation|nat\b|“[^”]*”"
        said = re.sub(
            names + r"|smollm2|IOI|jumps|fox|dog|mhattn|softmax|JS|zero|mean|uniform|Spearman|README", "", texts(app)
        )
        assert not re.findall(r"[A-Za-z]{2,}", said)


def test_it_opens_on_a_translation_that_loses_a_phrase() -> None:
    app = faults()
    assert app.session_state["off"] == ["cross L1 H0"]
    assert "I saw a book <del>at the library</del> yesterday." in written(app)
    assert "Without cross L1 H0</dt><dd>I saw a book yesterday.</dd>" in written(app)
    said = texts(app)
    assert "It translates: *我昨天在图书馆看了一本书。*" in said
    assert "1 pair: an example" in said
    assert re.search(r"the translation as given costs \*\*\d\.\d\d\*\* nats a token \(10 tokens to guess\)", said)
    assert re.search(r"Without these heads it costs \*\*\d\.\d\d\*\* \([+−]0\.\d{3}\): on average each token", said)


def test_a_layer_is_switched_off_and_on_again_and_undone() -> None:
    app = faults()
    app.selectbox(key="off-layer").set_value("L2").run()
    assert app.session_state["off"] == ["cross L1 H0", *(f"cross L2 H{head}" for head in range(8))]
    assert "9 heads off" in written(app)
    app.selectbox(key="off-layer").set_value("L2").run()
    assert app.session_state["off"] == ["cross L1 H0"]
    app.button(key="off-undo").click().run()
    assert len(app.session_state["off"]) == 9
    app.button(key="off-clear").click().run()
    assert app.session_state["off"] == []
    assert "No head is switched off" in texts(app)
    assert "<del>" not in written(app)
    app.button(key="off-undo").click().run()
    assert len(app.session_state["off"]) == 9
    assert not app.exception


def test_a_link_brings_heads_and_a_model_without_them_gives_way() -> None:
    app = faults(off=["encoder L1 H5", "decoder L0 H6", "cross L99 H0"])
    assert app.session_state["off"] == ["encoder L1 H5", "decoder L0 H6"]
    app.query_params["model"] = "minilm"
    app.run()
    assert not app.exception
    assert all(re.fullmatch(r"encoder L\d H\d+", name) for name in app.session_state["off"])


def test_text_of_a_persons_is_shown_as_it_is() -> None:
    app = faults("bench", "marian-en-zh")
    app.text_area(key="target").set_value("")
    app.text_area(key="source").set_value("<b>I</b> like *tea* & <script>alert(1)</script>").run()
    assert not app.exception
    assert "<script>" not in written(app)
    assert r"\*tea\*" in "\n".join(str(part.value) for part in app.markdown)


@pytest.mark.parametrize("model", ["marian-en-zh", "minilm"])
def test_a_head_may_give_what_it_gives_for_another_text(model: str) -> None:
    app = faults("bench", model, kind="resample")
    assert not app.exception
    assert not app.error
    assert "resample" in next(control.options for control in app.button_group if control.key == "kind")
    assert re.search(r"(costs|turns by) \*\*\d\.\d+\*\*", texts(app))


def test_an_encoder_shows_what_lies_nearest() -> None:
    app = faults("bench", "minilm")
    app.multiselect(key="off").set_value(
        [f"encoder L{layer} H{head}" for layer in range(6) for head in range(12)]
    ).run()
    said = texts(app)
    assert not app.exception
    assert "Nearest to *I read a book in the library yesterday.* of 121 sentences" in said
    assert re.search(r"vector turns by \*\*0\.\d{3}\*\*", said)
    assert "The nearest sentence stays the same" in said


def test_a_causal_model_goes_on_writing() -> None:
    if entries()["smollm2"].path() is None:
        pytest.skip("smollm2 has not been fetched: python -m mhattn_core fetch smollm2")
    app = faults("bench", "smollm2")
    assert not app.exception
    assert "It goes on after" in texts(app)
    assert "the text as given costs" in texts(app)


def test_damage_names_the_costliest_and_prints_how_well_gradients_tell() -> None:
    app = faults("heads")
    said = texts(app)
    assert re.search(
        r"Of marian-zh-en's 72 heads these have the largest ablation effect, one at a time: (decoder|cross|encoder) L\d H\d \(\+0\.\d{3}\)",
        said,
    )
    assert re.search(r"Without \d+ of them the model does as well or better on this pair", said)
    assert re.search(r"agree in rank by -?\d\.\d\d \(Spearman", said)
    assert "One head at a time understates what heads are worth" in said
    app.selectbox(key="head").set_value("L0 H3").run()
    assert "**cross L0 H3**" in texts(app)


def test_code_gives_the_effects_again() -> None:
    app = faults("heads", "minilm")
    *lines, last = next(block.value for block in app.code if "ablate_each" in block.value).splitlines()
    names: dict[str, Any] = {}
    exec("\n".join([*lines, f"table = {last}"]), names)  # noqa: S102 - our own lines, with the text as a literal
    drawn = next(table for table in tables(app, "value", "layer") if len(table) == 72)
    again = names["table"].set_index(["layer", "head"])["delta"]
    np.testing.assert_allclose(drawn.set_index(["layer", "head"])["value"][again.index], again, atol=1e-5)


def test_displacement_is_never_called_a_loss() -> None:
    app = faults("heads", "minilm")
    said = texts(app)
    assert re.search(r"\d+ of them turn the sentence's vector by less than 0\.01", said)
    assert "has no language head and so no loss" in said
    assert "raise the loss" not in said
    app = faults("vote", "minilm")
    assert "has no language head, so on one pair it has no loss" in texts(app)


def test_what_is_near_another_head_is_set_against_what_it_costs() -> None:
    app = faults("safe")
    said = texts(app)
    assert re.search(r"with its ablation effect: [+−]\d\.\d\d \(Spearman", said)
    assert re.search(r"[Oo]f the \d+ heads that are nearest to another", said)
    app.session_state["numbers-safe"] = True
    app.run()
    parts = set(next(shown.value for shown in app.dataframe if "part" in shown.value)["part"])
    assert parts <= {
        "similar to another, little effect",
        "unlike others, little effect",
        "similar to another, large effect",
        "unlike others, large effect",
    }
    assert len(parts) > 1
    assert re.search(
        r"Of \d+ groups of like heads none does more harm|so that these compensate for one another: \d+ of \d+", said
    )
    assert "Without intervals" in said
    groups = tables(app, "size", "excess")[-1]
    assert (groups["size"] >= 2).all()
    assert "low" not in groups  # without an interval none is sent


def test_the_vote_on_the_notes_sentence() -> None:
    app = faults("vote")
    said = texts(app)
    assert "marian-zh-en does not read English; marian-en-zh stands in for it" in said
    assert re.search(r"With all heads of marian-en-zh, more look from jumps at “\w+” than at any other word", said)
    assert "Without the one that looks hardest at fox" in said
    assert re.search(r"Of 15 pairs of heads \d+ cost more together than one by one on this pair", said)
    app.session_state["failing"] = 10
    app.run()
    assert "Without the 10 that look hardest at fox" in texts(app)
    app.query_params["interacting"] = "voters"
    app.run()
    assert not app.exception
    rows = tables(app, "interaction")[-1]
    # Every two of the six encoder heads of the note's own sentence; of two stacks names would say which.
    heads = {head for pair in rows["name"] for head in pair.split(" + ")}
    assert len(heads) == 6
    assert all(re.fullmatch(r"L\d H\d", head) for head in heads)


def test_the_vote_is_held_with_heads_off_in_any_way(minilm: mh.Model) -> None:
    """What is drawn is what the library gives, and what the code says."""
    app = faults("vote", "minilm", **{"vote-kind": "uniform"})
    (code,) = {block.value for block in app.code if "ablate=" in block.value}
    assert ": 'uniform'}" in code
    pair, grid = gallery()["fox"].pair, mh.attend(minilm, gallery()["fox"].pair).words("encoder")
    off = hardest(grid, 1)
    without = mh.attend(minilm, pair, ablate={("encoder", *off[0]): "uniform"}).words("encoder")
    expected = {row["word"]: row["weight"] for row in elections(grid, without, off)[1].to_dict("records")}
    drawn = [table for table in tables(app, "word", "state", "value") if table["value"].max() < 0.5][-1]
    fox = drawn[(drawn["state"] != "all heads on") & (drawn["word"] == "fox")]
    assert fox["value"].tolist() == pytest.approx([expected["fox"]], abs=1e-5)


def test_heads_of_the_bench_fail_in_the_vote() -> None:
    app = faults("bench", "marian-en-zh")
    app.multiselect(key="off").set_value(["encoder L0 H1", "encoder L2 H3", "cross L1 H0"]).run()
    app.session_state["tab-en"] = "Do other heads compensate?"
    app.run()
    app.toggle(key="failing-chosen").set_value(True).run()
    assert "Without the chosen heads (L0 H1 " in texts(app)
    app.query_params["interacting"] = "chosen"
    app.run()
    assert not app.exception
    assert re.search(r"Of 3 pairs of heads (\d cost more together|none compensates)", texts(app))
    # Back on the bench they are still off.
    app.session_state["tab-en"] = "Ablate heads"
    app.run()
    assert app.session_state["off"] == ["encoder L0 H1", "encoder L2 H3", "cross L1 H0"]


def test_a_translator_that_cannot_read_the_sentence_says_so_and_costs_its_own_translation() -> None:
    app = faults("bench", "marian-zh-en")
    app.text_area(key="target").set_value("")
    said = texts(app.text_area(key="source").set_value("The dog that barked chased the cat.").run())
    assert "marian-zh-en was trained to read Chinese only." in said
    assert "costs" not in said
    said = texts(app.button(key="reader-0-marian-en-zh").click().run())
    assert "was trained to read" not in said
    assert "the translation that it writes itself costs" in said
