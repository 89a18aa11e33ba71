"""What is quoted of runs that ship is what they hold, in both languages."""

import re

import pytest

import mhattn_core as mh
from mhattn_core.measures.roles.causes import edges_needed
from mhattn_core.measures.roles.verdicts import UP_TO_CAUSES
from mhattn_core.text.measured import Result, results

RELATIONS = {
    "object → verb": "obj",
    "determiner → noun": "det",
    "adposition → noun": "case",
    "subject → predicate": "nsubj",
    "adjective → noun": "amod",
    "same word": "same_word",
}


@pytest.fixture(scope="module")
def run() -> mh.Run:
    return mh.Run.open("ewt-dev")


def result(name: str) -> Result:
    return next(one for one in results() if one.id == name)


def rows(text: str) -> list[list[str]]:
    """Cells of the first table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_relations_is_that_of_the_run(run: mh.Run) -> None:
    held = run.relations
    held = held[(held["model"] == "minilm") & (held["score"] == "hit") & (held["direction"] == "dependent_to_head")]
    held = held.set_index("relation")
    in_english, in_chinese = (rows(text) for text in result("relations").texts.values())
    assert len(in_english) == len(RELATIONS)
    for english, chinese in zip(in_english, in_chinese, strict=True):
        row = held.loc[RELATIONS[english[0]]]
        assert english[1] == f"L{row['layer']} H{row['head']}"
        assert [english[2], english[3], english[4][:5]] == [
            f"{row[c]:.3f}" for c in ("held_out", "baseline", "class_rule")
        ]
        assert english[5] == f"{row['control']:.2f}"
        assert english[6] == f"{row['random95']:.2f}, {row['shuffled95']:.2f}"
        assert english[7] == f"{row['n']:,}"
        assert chinese[1:4] == english[1:4]
        assert chinese[4][:5] == english[4][:5]
        assert chinese[5:8] == english[5:8]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_effects_of_ablation_are_those_of_the_run(run: mh.Run, language: str) -> None:
    text = result("ablation").texts[language]
    loss = run.table("ablation").query("model == 'smollm2' and kind == 'mean' and quantity == 'loss'")
    most = loss.loc[loss["delta"].idxmax()]
    assert (most["layer"], most["head"]) == (1, 0)
    assert f"{most['delta']:.3f} [{most['low']:.3f}, {most['high']:.3f}]" in text
    assert f"{most['intact']:.2f}" in text
    clear = loss[loss["q"] <= 0.05]
    assert (len(loss), (clear["delta"] > 0).sum(), (clear["delta"] < 0).sum()) == (270, 8, 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_redundant_shares_and_counterparts_are_those_of_the_run(run: mh.Run, language: str) -> None:
    text = result("redundancy").texts[language]
    shares = run.redundancy.query("by == 'js'").set_index("model")
    for model in ("minilm", "smollm2"):
        row = 100 * shares.loc[model, ["redundant", "low", "high"]].astype(float)
        assert f"{row['redundant']:.0f} % [{row['low']:.0f}, {row['high']:.0f}]" in text
    for control in ("minilm@shuffled", "smollm2@shuffled"):
        assert f"{100 * shares.loc[control, 'redundant']:.0f} %" in text
    matched = run.table("matches")
    between = matched[(matched["model_a"] == "minilm") & (matched["model_b"] == "smollm2")]
    counts = between[between["verdict"] == "shared role"].groupby("by").size()
    found = re.search(
        r"Of all-MiniLM’s 72 heads (\d+) .*profile \(.*\), (\d+) by a profile|头中，(\d+) 个.*的轮廓则 (\d+) 个", text
    )
    assert found
    assert [int(number) for number in found.groups() if number] == [counts["profile"], counts["profile.no_relations"]]
    assert f"{counts['js.visible']} by JS divergence" in text or f"JS 散度 {counts['js.visible']} 个" in text
    assert "effect" not in counts


def test_what_interventions_say_of_three_relations_is_what_the_run_holds(run: mh.Run) -> None:
    """The head that carries most and the one that finds the relation, of subject, determiner and object."""
    held = run.table("patching")
    whole = held[held["positions"].isin(["", "all"]) & held["direction"].isin(["", "bad_to_good"])]
    in_english, in_chinese = (rows(text) for text in result("causes").texts.values())
    assert [row[1:] for row in in_english] == [row[1:] for row in in_chinese]
    said = mh.finding(run, "causal_verdicts", model="smollm2").text
    assert {RELATIONS[row[0]] for row in in_english} == {"nsubj", "det", "obj"}
    for relation, name, *shares in in_english:
        assert name in said
        layer, head = map(int, re.findall(r"\d+", name))
        own = whole[(whole["relation"] == RELATIONS[relation]) & (whole["layer"] == layer) & (whole["head"] == head)]
        for kind, told in zip(("output", "mean", "knockout"), shares, strict=True):
            (row,) = own[own["kind"] == kind].to_dict("records")
            numbers = [float(part.replace("−", "-")) for part in re.findall(r"−?\.\d+", told)]
            assert numbers == pytest.approx([row["recovery"], row["low"], row["high"]], abs=0.0051)


def test_heads_that_carry_the_indirect_object_are_those_of_the_run(run: mh.Run) -> None:
    held = run.table("patching", relation="ioi", kind="output", direction="bad_to_good", positions="all")
    clear = held[held["q"] <= 0.05]
    for text in result("causes").texts.values():
        for row in held.nlargest(3, "recovery").to_dict("records"):
            shares = (f"{row[name]:.2f}".lstrip("0") for name in ("recovery", "low", "high"))
            assert "L{} H{} {} [{}, {}]".format(row["layer"], row["head"], *shares) in text
        for number in ((clear["recovery"] > 0).sum(), (clear["recovery"] < 0).sum(), len(held), held["units"].max()):
            assert f"{number} " in text


def test_what_single_edges_are_worth_is_what_the_run_holds(run: mh.Run) -> None:
    held = run.table("knockouts", kind="knockout")
    above = held[(held["q"] <= 0.05) & (held["specific"] > 0)]
    for text in result("causes").texts.values():
        for model in ("minilm", "smollm2"):
            for rows_of_model in (held, above):
                assert f"{rows_of_model.loc[rows_of_model['model'] == model, 'relation'].nunique()} " in text
        for relation in ("nsubj", "det", "obj"):
            (row,) = held[(held["model"] == "smollm2") & (held["relation"] == relation)].to_dict("records")
            assert row["specific_low"] < 0 < row["specific_high"]
            told = (f"{row[name]:.4f}".replace("-", "−") for name in ("specific", "specific_low", "specific_high"))
            assert "{} [{}, {}]".format(*told) in text
    assert set(above.loc[above["model"] == "minilm", "relation"]) & {"nsubj", "det", "obj"} == {"obj"}


def test_no_head_of_what_ships_is_called_a_specialist_that_its_own_edges_do_not_show(run: mh.Run) -> None:
    """What the table of relations says is what the knockouts beside it say."""
    needed = edges_needed(run.table("knockouts"))
    own = run.relations[run.relations["verdict"].isin(UP_TO_CAUSES)]
    reasons = {True: "edges needed", False: "edges not needed", None: "not ablated"}
    keys = own[["model", "relation", "stack", "layer", "head", "direction"]].itertuples(index=False, name=None)
    assert own["reason"].tolist() == [reasons[needed.get(key)] for key in keys]
    assert set(own.loc[own["model"] == "smollm2", "reason"]) <= {"edges needed", "edges not needed"}
