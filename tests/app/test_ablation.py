"""Ablation, as a person meets it, without a browser."""

import re
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from reading import open_page, specs, tables, texts
from streamlit.testing.v1 import AppTest

from mhattn_core.findings.ablation.groups import group_sentence
from mhattn_core.findings.ablation.interactions import interaction_sentence
from mhattn_core.models.catalogue import entries
from mhattn_core.runs import Run, store
from mhattn_core.runs.store import Saved

TABS = {
    "bench": "Ablate heads",
    "heads": "Ablation effect per head",
    "safe": "Similar = replaceable?",
    "curve": "Ablation curve",
    "vote": "Do other heads compensate?",
}


def faults(tab: str = "bench", *models: str, **settings: Any) -> AppTest:
    given = {"tab": tab, "models": list(models)} | settings
    return open_page("fault_tolerance", **{name: value for name, value in given.items() if value})


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
        names = r"`[^`]*`|:\w+-badge\[:\S+|(marian-\w+-\w+|minilm)(@random|@shuffled)?|L\d+ H\d+|encoder|decoder|cross|(?<!\*)\*[A-Za-z. ]+\*(?!\*)|ablation|nat\b|“\w+”"
        said = re.sub(names + r"|jumps|fox|dog|mhattn|softmax|JS|zero|mean|uniform|Spearman|README", "", texts(app))
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
    assert re.search(r"Without these heads it costs \*\*\d\.\d\d\*\* \([+-]0\.\d{3}\): on average each token", said)


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
    assert re.search(r"The two ranks agree by [+-]\d\.\d\d \(Spearman", said)
    assert re.search(r"[Oo]f the \d+ heads that are nearest to another", said)
    app.session_state["numbers-safe"] = True
    app.run()
    parts = set(next(shown.value for shown in app.dataframe if "part" in shown.value)["part"])
    assert parts <= {
        "near another, and safe to lose",
        "unlike others, yet safe to lose",
        "near another, yet costly",
        "unlike others, and costly",
    }
    assert len(parts) > 1
    assert re.search(
        r"Of \d+ groups of like heads none does more harm|so that these compensate for one another: \d+ of \d+", said
    )
    assert "Without intervals" in said
    groups = tables(app, "size", "excess")[-1]
    assert (groups["size"] >= 2).all()
    assert groups["low"].isna().all()


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
    app.session_state["cover-2"] = "voters"
    app.run()
    assert not app.exception
    rows = tables(app, "interaction")[-1]
    # Every two of the six encoder heads of the note's own sentence.
    assert set(rows["stack"]) == set(rows["stack_b"]) == {"encoder"}
    assert (
        len({*zip(rows["layer_a"], rows["head_a"], strict=True), *zip(rows["layer_b"], rows["head_b"], strict=True)})
        == 6
    )


def test_heads_of_the_bench_fail_in_the_vote() -> None:
    app = faults("bench", "marian-en-zh")
    app.multiselect(key="off").set_value(["encoder L0 H1", "encoder L2 H3", "cross L1 H0"]).run()
    app.session_state["tab-en"] = "Do other heads compensate?"
    app.run()
    app.toggle(key="failing-chosen").set_value(True).run()
    assert "Without the chosen heads (L0 H1 " in texts(app)
    app.session_state["cover-3"] = "chosen"
    app.run()
    assert not app.exception
    assert re.search(r"Of 3 pairs of heads (\d cost more together|none compensates)", texts(app))
    # Back on the bench they are still off.
    app.session_state["tab-en"] = "Ablate heads"
    app.run()
    assert app.session_state["off"] == ["encoder L0 H1", "encoder L2 H3", "cross L1 H0"]


class _Faulty(Run):
    """A run with tables of faults made up for one model, ``minilm``."""

    made_up: ClassVar[dict[str, pd.DataFrame]] = {}

    def has(self, table: str) -> bool:
        return table in self.made_up

    def table(self, name: str, **only: str) -> pd.DataFrame:
        table = self.made_up[name]
        return table[(table[list(only)] == list(only.values())).all(axis=1)]


def _tables() -> dict[str, pd.DataFrame]:
    heads = pd.DataFrame([(layer, head) for layer in range(6) for head in range(12)], columns=["layer", "head"])
    base = heads.assign(model="minilm", stack="encoder", kind="mean", quantity="retrieval", intact=1.0, n=60)
    delta = (heads["layer"] * 12 + heads["head"] - 30) / 100
    ablation = base.assign(
        ablated=1 + delta, delta=delta, low=delta - 0.05, high=delta + 0.05, gradient_importance=delta.abs()
    ).assign(p=0.01, q=lambda rows: np.where(rows["delta"].abs() > 0.055, 0.02, 0.4), units=60)
    ablation = ablation.assign(tokens=1920, read_as="context")
    kept = base.assign(all_off=2.0, ablated=1.1 + heads["head"] / 100, delta=0.1, low=0.0, high=0.2)
    points = [("importance", 0), *(("random", draw) for draw in range(20))]
    rows = [
        (order, draw, removed, removed / 72, 1 + removed * (1 + draw) / 100)
        for order, draw in points
        for removed in (0, 36, 72)
    ]
    curves = pd.DataFrame(rows, columns=["order", "draw", "removed", "share_removed", "value"])
    pairs = pd.DataFrame(
        [(*a, *b) for a, b in combinations([(0, 0), (0, 1), (5, 3)], 2)],
        columns=["layer_a", "head_a", "layer_b", "head_b"],
    )
    group = {
        "model": "minilm",
        "stack": "encoder",
        "cluster": [0, 1, 2],
        "heads": ["L0 H0, L0 H1", "L1 H0, L2 H1, L3 H1, L5 H9", "L4 H0, L4 H1"],
        "size": [2, 4, 2],
        "kind": "mean",
        "quantity": "retrieval",
        "sum_of_single": [0.1, 0.2, 0.3],
        "together": [0.15, 0.6, 0.25],
        "low": [0.05, 0.5, 0.2],
        "high": [0.2, 0.7, 0.29],
        "excess": [0.05, 0.4, -0.05],
        "excess_low": [-0.01, 0.3, -0.1],
        "excess_high": [0.1, 0.5, -0.01],
        "n": 60,
    }
    right = base.assign(relation="det", intact=0.9, delta=0.0, p95=0.01, hurts=False, n=64).drop(columns="quantity")
    right.loc[[5, 30], ["delta", "hurts"]] = [[0.25, True], [0.02, True]]
    return {
        "cluster_ablation": pd.DataFrame(group),
        "minimal_pairs": right.assign(ablated=lambda rows: rows["intact"] - rows["delta"], low=0.0, high=0.3),
        "ablation": ablation,
        "keep_one": kept,
        "curves": curves.assign(model="minilm", quantity="retrieval", n=60),
        "interactions": pairs.assign(
            model="minilm",
            stack="encoder",
            stack_b="encoder",
            kind="mean",
            quantity="retrieval",
            delta_a=0.1,
            delta_b=0.1,
            delta_both=[0.5, 0.2, 0.1],
            interaction=[0.3, 0.0, -0.1],
            low=[0.2, -0.1, -0.2],
            high=[0.4, 0.1, 0.0],
            n=60,
        ),
    }


SAID_OF_A_RUN = {
    "heads": [
        "encoder L5 H11 (+0.410 [+0.360, +0.460])",
        "Tested over all heads (q ≤ 0.05), 36 raise the loss when they are off and 25 lower it; for the other 11 no "
        "change was seen",
        "Read were 60 contexts of 64 words",
        "64 pairs",
        "Right or wrong without a head",
    ],
    "safe": [
        "are measured on this pair, an example",
        "60 pairs",
        "so that these compensate for one another: 1 of 3.",
        "First of them L1 H0, L2 H1, L3 H1 + 1: +0.200 in sum, +0.600 together",
    ],
    "curve": [
        "With 36 off, the most important first: 1.36; the same number at random: 4.78 (1.36 to 8.20)",
        "Layer 0 misses its other heads most",
    ],
    "vote": [
        "Of 3 pairs of heads 1 compensate for each other, most of all encoder L0 H0 and encoder L0 H1: alone +0.100 "
        "and +0.100, together +0.500"
    ],
}


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Saved:
    """A run that ships, opened with tables of faults."""
    saved = next(run for run in store.shipped() if "minilm" in run.about.models)
    real = saved.open()
    monkeypatch.setattr(_Faulty, "made_up", _tables())
    monkeypatch.setattr("mhattn_core.ui.evidence.opened", lambda _run: _Faulty(real.folder, real.manifest))
    return saved


@pytest.mark.parametrize("tab", list(SAID_OF_A_RUN))
def test_a_run_gives_intervals(tab: str, shipped: Saved) -> None:
    app = faults(tab, "minilm", evidence=shipped.key)
    assert not app.exception
    assert not app.error
    said = texts(app)
    for expected in SAID_OF_A_RUN[tab]:
        assert expected in said
    assert "60 pairs" in said
    assert "Until then" not in said
    assert "Without intervals" not in said


@pytest.mark.parametrize("tab", list(SAID_OF_A_RUN))
def test_a_run_with_two_quantities_has_one_choice_for_the_page(
    tab: str, shipped: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an encoder has over pairs with second sentences."""
    both = {
        name: table
        if name == "minimal_pairs"
        else pd.concat([table, table.assign(quantity="displacement")], ignore_index=True)
        for name, table in _tables().items()
    }
    monkeypatch.setattr(_Faulty, "made_up", both)
    app = faults(tab, "minilm", evidence=shipped.key)
    assert not app.exception
    assert not app.error


def test_groups_of_a_run_stand_beside_costs_of_the_run(shipped: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the pair never do, and it is told where the run switched them off in one way alone."""
    tables = _tables()
    monkeypatch.setattr(_Faulty, "made_up", tables | {"ablation": tables["ablation"].assign(kind="zero")})
    assert "Groups were switched off by “mean” alone" in texts(faults("safe", "minilm", evidence=shipped.key))
    monkeypatch.setattr(_Faulty, "made_up", tables | {"cluster_ablation": tables["cluster_ablation"].head(0)})
    said = texts(faults("safe", "minilm", evidence=shipped.key))
    assert "No group of two or more heads" in said
    assert "groups of like heads" not in said


def test_nothing_compensates_where_every_interval_reaches_below() -> None:
    tables = _tables()
    two = tables["interactions"].assign(low=-0.1)
    assert interaction_sentence(two).startswith(
        "Of 3 pairs of heads none compensates for each other by an interval above 0; encoder L0 H0 and encoder L0 H1"
    )
    for doubt in ("low", "excess_low"):
        groups = tables["cluster_ablation"].assign(**{doubt: 0.0})
        assert group_sentence(groups) == (
            "Of 3 groups of like heads none is seen to do more harm together than its heads one at a time."
        )


def test_heads_whose_loss_helps_do_not_compensate_for_one_another() -> None:
    """Off together they help less than in sum, which is no harm that anyone made up for."""
    groups = _tables()["cluster_ablation"].assign(
        sum_of_single=-0.4, together=-0.1, low=-0.2, high=-0.05, excess=0.3, excess_low=0.2
    )
    assert "none is seen to do more harm together" in group_sentence(groups)


def test_minimal_pairs_of_a_run_name_the_costliest_head(shipped: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    app = faults("heads", "minilm", evidence=shipped.key)
    assert "determiner → noun, 90% right with all heads, 2 of 72 heads needed; without encoder L0 H5 65%" in texts(app)
    assert "(no loss beyond chance; one of up to 30% is not excluded)" in texts(app)
    (row,) = tables(app, "hurt")[0].to_dict("records")
    assert (row["head"], row["hurt"], row["n"]) == ("encoder L0 H5", 2, 64)
    made_up = _tables()
    monkeypatch.setattr(_Faulty, "made_up", made_up | {"minimal_pairs": made_up["minimal_pairs"].head(0)})
    app = faults("heads", "minilm", evidence=shipped.key)
    assert "minilm has no minimal pairs: it has no language head, reads no language in which they are written" in texts(
        app
    )


def test_a_run_without_ablation_says_the_way_out_and_shows_the_pair(
    monkeypatch: pytest.MonkeyPatch, shipped: Saved
) -> None:
    monkeypatch.setattr(_Faulty, "made_up", {})
    app = faults("heads", "minilm", evidence=shipped.key)
    said = texts(app)
    assert "did not switch heads off. Measure the same pairs with “ablation” under Data. Until then" in said
    assert "1 pair: an example" in said
    monkeypatch.setattr(_Faulty, "made_up", _tables())
    app = faults("heads", "marian-en-zh", evidence=shipped.key)
    assert "switched off no heads of marian-en-zh, only of: minilm" in texts(app)


def test_a_translator_that_cannot_read_the_sentence_says_so_and_costs_its_own_translation() -> None:
    app = faults("bench", "marian-zh-en")
    app.text_area(key="target").set_value("")
    said = texts(app.text_area(key="source").set_value("The dog that barked chased the cat.").run())
    assert "marian-zh-en was trained to read Chinese only." in said
    assert "Choose marian-en-zh under Models" in said
    app.multiselect(key="models").set_value(["marian-en-zh"])
    said = texts(app.run())
    assert "was trained to read" not in said
    assert "the translation that it writes itself costs" in said
